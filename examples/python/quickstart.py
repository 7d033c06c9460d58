"""Takes over the signals of the server on port 7000 (or the one given), sets Motor, and prints changes for 3 seconds."""
import sys
import time
from realvirtual_ws import Client

port = int(sys.argv[1]) if len(sys.argv) > 1 else 7000
with Client(port=port, client_name="quickstart.py") as rv:
    print(rv.import_signals().added, "signals:", *rv.signals)
    rv["Motor"].value = 12.5
    end = time.monotonic() + 3
    for change in rv.changes(timeout=3):
        print(change.name, "=", change.value)
        if time.monotonic() > end:
            break

"""Takes over the signals of the server on port 7000 (or the one given), sets Motor, and prints changes for 3 seconds."""
import sys
import time
import rvws

port = int(sys.argv[1]) if len(sys.argv) > 1 else 7000
with rvws.Interface.client(port=port, client_name="quickstart.py") as server:
    print(server.connect_and_import(), "signals:", *server.signals)
    server["Motor"] = 12.5
    end = time.monotonic() + 3
    while time.monotonic() < end:
        for change in server.poll():
            print(change.name, "=", change.value)
        time.sleep(0.1)

"""Both ends write the same signals at the same time: the library for WebGL and a native server settle on one value."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from realvirtual_ws import Access, Server

SIGNALS = 40
SECONDS = 1.0


def main():
    peer = Path(__file__).with_name("peer.js")
    with Server(port=0) as server:
        signals = [server.add_int(f"Signal{n}", access=Access.READ_WRITE) for n in range(SIGNALS)]
        command = ["node", str(peer), str(server.info().port), str(int(SECONDS * 1000))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                server.wait_connected(timeout=10)
                # As long as the other end, which begins about now.
                end = time.monotonic() + SECONDS
                while time.monotonic() < end:
                    for signal in signals:
                        if random.random() < 0.3:
                            signal.value = random.randrange(1000)
                    time.sleep(0.013)
                deadline = time.monotonic() + 10
                equal_since = None
                for line in process.stdout:
                    theirs = json.loads(line)
                    differing = [s.name for s in signals if theirs.get(s.name) != s.value]
                    now = time.monotonic()
                    equal_since = None if differing else equal_since or now
                    # Longer than anything can be on its way.
                    if equal_since and now - equal_since > 1.5:
                        break
                    assert now < deadline, f"still different: {differing}"
                else:
                    raise AssertionError("the other end has ended")
            finally:
                process.terminate()
        stats = server.stats()
    assert stats.changes > 0, "nothing came in"
    print(f"webgl: {SIGNALS} signals written by both ends are equal; {stats.changes} values in, {stats.resends} sent once more")


if __name__ == "__main__":
    sys.exit(main())

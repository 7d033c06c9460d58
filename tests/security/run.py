"""Security, with real parts: nginx as TLS proxy, pages in Chromium, openssl, `websockets`, raw sockets.

    run.py [WORD ...]    only the tests whose names contain one of the words

Needs the built library (`make build`); what else is missing is skipped with the reason, or fails where CI=true. Tests
run side by side: each has servers of its own. RV_PROXY_READ_TIMEOUT is the idle time in seconds after which the proxy
would cut a connection; 2 if it is not set.
"""

import os
import sys
from pathlib import Path

import access
import browser
import proxy
import rig
import tls

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import side_by_side  # noqa: E402

MODULES = (proxy, browser, tls, access)


def main():
    words = sys.argv[1:]
    lacks = rig.missing()
    ci = os.environ.get("CI") == "true"
    for reason in sorted({lacks[need] for module in MODULES for need in module.NEEDS if need in lacks}):
        print(f"missing: {reason}" if ci else f"skipped: {reason}")
    able = [module for module in MODULES if not any(need in lacks for need in module.NEEDS)]
    unable = [module for module in MODULES if module not in able]
    try:
        passed, failed = side_by_side.run(side_by_side.wanted(able, words), tell_all=words)
    finally:
        browser.end()
    failed += len(side_by_side.wanted(unable, words)) if ci else 0
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

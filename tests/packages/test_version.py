"""The version check finds another version in each of its places, and `set` writes all that people need not write.

It ends with a line `N passed, N failed`.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import version  # noqa: E402


def copied(scratch):
    """The files that the check reads, in a folder of their own."""
    root = Path(tempfile.mkdtemp(dir=scratch))
    for file in {file for file, _, _ in version.PLACES + version.MADE}:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, root / file)
    return root


def finds_another_version_in(place, scratch):
    file, pattern, _ = place
    root = copied(scratch)
    text = (root / file).read_text()
    found = re.search(pattern, text, re.MULTILINE)
    (root / file).write_text(text[: found.start(1)] + "77" + text[found.end(1) :])
    faults = list(version.faults(version.version(), root))
    return len(faults) == 1 and faults[0].startswith(f"{file}: has 77"), faults


def finds_that_a_place_is_gone(scratch):
    root = copied(scratch)
    file, pattern, _ = version.MADE[-1]
    text = (root / file).read_text()
    (root / file).write_text(re.sub(pattern, "", text, flags=re.MULTILINE))
    faults = list(version.faults(version.version(), root))
    return len(faults) == 1 and "nothing there is like" in faults[0], faults


def set_writes_what_is_not_made(scratch):
    root = copied(scratch)
    version.write("7.8.9", root)
    left = {fault.split(":")[0] for fault in version.faults("7.8.9", root)}
    made = {file for file, _, form in version.MADE if "{" in form}
    return left == made, left ^ made


def main():
    places = version.PLACES + version.MADE
    checks = [(f"another version in {place[0]}", finds_another_version_in, place) for place in places]
    checks.append(("a place that is gone", finds_that_a_place_is_gone))
    checks.append(("set", set_writes_what_is_not_made))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="version-") as scratch:
        for name, check, *arguments in checks:
            good, found = check(*arguments, scratch)
            if not good:
                failed += 1
                print(f"FAILED {name}: {found}", file=sys.stderr)
    print(f"version: {len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())

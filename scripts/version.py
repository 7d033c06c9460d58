#!/usr/bin/env python3
"""The version, which is Cargo.toml's: what cannot read it there has to agree with it.

    scripts/version.py check         says where another version stands, and fails then
    scripts/version.py set X.Y.Z     writes a new one everywhere; `make bindings` after it
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNITY = "unity-sample/Packages/com.realvirtual-ws.unity"

# File, pattern, and which numbers of the version its groups are. What follows by itself is not here: the wheel's
# version (hatchling reads Cargo.toml), the archives' names, and what install.sh fills into packaging/*.in.
PLACES = [
    ("Cargo.toml", r'^version = "(.*)"$', "{0}.{1}.{2}"),
    ("Cargo.lock", r'^name = "realvirtual-ws"\nversion = "(.*)"$', "{0}.{1}.{2}"),
    ("src/ffi/library.rs", r"^pub const RV_VERSION_MAJOR: u32 = (\d+);$", "{0}"),
    ("src/ffi/library.rs", r"^pub const RV_VERSION_MINOR: u32 = (\d+);$", "{1}"),
    ("src/ffi/library.rs", r"^pub const RV_VERSION_PATCH: u32 = (\d+);$", "{2}"),
    ("bindings/csharp/RealvirtualWs.csproj", r"<Version>(.*)</Version>", "{0}.{1}.{2}"),
    (f"{UNITY}/package.json", r'^  "version": "(.*)",$', "{0}.{1}.{2}"),
    ("docs/ABI.md", r"^\| version, `rv_version\(\)`.*?\| ([\d.]+) \|", "{0}.{1}.{2}"),
    ("README.md", r"find_package\(realvirtual_ws ([\d.]+) REQUIRED\)", "{0}.{1}"),
]
# Generated, filled in, or written by people: `set` leaves them alone.
MADE = [
    # The newest entry, released or not.
    (f"{UNITY}/CHANGELOG.md", r"\A(?:.*\n)*?## \[(\d[^]]*)\]", "{0}.{1}.{2}"),
    ("CHANGELOG.md", r"\A(?:.*\n)*?## \[(?:Unreleased\] – )?(\d[\d.]*)", "{0}.{1}.{2}"),
    ("include/realvirtual_ws.h", r"^#define RV_VERSION_MAJOR (\d+)$", "{0}"),
    ("include/realvirtual_ws.h", r"^#define RV_VERSION_MINOR (\d+)$", "{1}"),
    ("include/realvirtual_ws.h", r"^#define RV_VERSION_PATCH (\d+)$", "{2}"),
    ("bindings/python/realvirtual_ws/_native.py", r"^RV_VERSION_MAJOR = (\d+)$", "{0}"),
    ("bindings/python/realvirtual_ws/_native.py", r"^RV_VERSION_MINOR = (\d+)$", "{1}"),
    ("bindings/python/realvirtual_ws/_native.py", r"^RV_VERSION_PATCH = (\d+)$", "{2}"),
    ("packaging/realvirtual-ws.pc.in", r"^Version: (.*)$", "@VERSION@"),
    ("packaging/realvirtual_ws-config-version.cmake.in", r'^set\(PACKAGE_VERSION "(.*)"\)$', "@VERSION@"),
    ("bindings/python/pyproject.toml", r'^path = "(.*)"$', "../../Cargo.toml"),
]


def version():
    return re.search(PLACES[0][1], (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1)


def faults(wanted, root=ROOT):
    """Where another version stands, a sentence each."""
    numbers = wanted.split(".")
    for file, pattern, form in PLACES + MADE:
        found = re.search(pattern, (root / file).read_text(), re.MULTILINE)
        expected = form.format(*numbers)
        if found is None:
            yield f"{file}: nothing there is like {pattern}"
        elif found.group(1) != expected:
            yield f"{file}: has {found.group(1)}, and Cargo.toml's {wanted} asks for {expected}"


def write(wanted, root=ROOT):
    numbers = wanted.split(".")
    for file, pattern, form in PLACES:
        text = (root / file).read_text()
        found = re.search(pattern, text, re.MULTILINE)
        if found is None:
            sys.exit(f"version: {file}: nothing there is like {pattern}")
        (root / file).write_text(text[: found.start(1)] + form.format(*numbers) + text[found.end(1) :])


def main():
    if sys.argv[1:] == ["check"]:
        found = list(faults(version()))
        for fault in found:
            print(f"version: {fault}", file=sys.stderr)
        if not found:
            print(f"version: {version()} in {len(PLACES + MADE)} places")
        return 1 if found else 0
    if len(sys.argv) == 3 and sys.argv[1] == "set" and re.fullmatch(r"\d+\.\d+\.\d+", sys.argv[2]):
        write(sys.argv[2])
        print(f"version: {sys.argv[2]} written; now make bindings, and the changelogs")
        return 0
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())

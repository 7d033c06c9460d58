"""Uses everything that `make package` has written, as those who download it: unpacked into empty folders, without
anything of the tree but test programs. Windows under Wine, ARM64 under QEMU.

Usage: run.py [--record] [name ...]     of checksums, linux-x64, linux-arm64, win-x64, webgl, wheels, nuget, unity; all
                                        without

With --record the results become rows of docs/VERIFIED.md. Needs the .venv, and what scripts/setup-cross.sh installs.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import NOT_RUN, ROOT, equal, expect, run, third_parties_are_named, unpack

import archive
import nuget_package
import package
import record
import unity_meta
import unity_package
import webgl_archive
import wheels
from platforms import end_wine

DIST = ROOT / "dist"
COMMAND = "`make verify-packages`"


def sums(folder):
    return dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())


def every_file_has_its_checksum(scratch):
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DIST.iterdir() if path.is_file()}
    del found["SHA256SUMS"]
    equal(sums(DIST), found, "SHA256SUMS")
    run("sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS", cwd=DIST)
    return f"checksums of {len(found)} files"


def packing_again_makes_the_same_bytes(scratch):
    run(sys.executable, ROOT / "scripts" / "package.py", scratch / "again")
    differing = {name for name, _ in sums(DIST).items() ^ sums(scratch / "again").items()}
    equal(differing, set(), "files that are not the same when packed again (of another commit?)")
    return "the same bytes when packed again"


def the_unity_package_is_whole(scratch):
    folder = unpack(DIST / f"{unity_meta.NAME}-{package.VERSION}.tgz", scratch / "unity") / "package"
    equal(unity_package.check(folder), [], "faults")
    plugins = {platform.name: folder / platform.path for platform in unity_meta.PLATFORMS}
    for platform in ("linux-x64", "win-x64"):
        same = plugins[platform].read_bytes() == package.library(platform).read_bytes()
        expect(same, f"the library for {platform} is not what was built")
    text = (folder / "README.md").read_text()
    expect(NOT_RUN in text, "its README does not say where it was not run")
    (folder / "Third Party Notices.md").rename(folder / "THIRD-PARTY-LICENSES")
    third_parties_are_named(folder, package.unity_targets())
    inside = [name for name, path in plugins.items() if path.is_file()]
    return f"lint without a fault, libraries for {', '.join(inside)}"


def parts(scratch):
    """(name, maker of what the steps take, steps), in the order in which they run."""
    yield "checksums", lambda: scratch, (every_file_has_its_checksum, packing_again_makes_the_same_bytes)
    for name in package.PLATFORMS:
        suffix = "zip" if name.startswith("win") else "tar.gz"
        file = DIST / f"realvirtual-ws-{package.VERSION}-{name}.{suffix}"
        yield name, lambda name=name, file=file: archive.Unpacked(name, file, scratch), archive.STEPS
    yield "webgl", lambda: webgl_archive.Unpacked(DIST, scratch), webgl_archive.STEPS
    for name in package.PLATFORMS:
        yield f"wheels {name}", lambda name=name: wheels.Wheel(name, DIST, scratch), tuple(wheels.steps(name))
    file = DIST / f"RealvirtualWs.{package.VERSION}.nupkg"
    yield "nuget", lambda: nuget_package.Package(file, scratch / "nuget"), nuget_package.STEPS
    yield "unity", lambda: scratch, (the_unity_package_is_whole,)


def attempt(name, step, *arguments):
    """(whether it failed, what it returned)."""
    try:
        return False, step(*arguments)
    except (AssertionError, OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        print(f"{name}: FAILED {step.__name__}: {type(error).__name__}: {error}", flush=True)
        return True, None


def main():
    parser = argparse.ArgumentParser(description="Uses what make package has written.")
    parser.add_argument("--record", action="store_true", help="write the results to docs/VERIFIED.md")
    parser.add_argument("name", nargs="*", help="what to test; default: all")
    arguments = parser.parse_args()
    passed = failed = 0
    rows = {}
    try:
        with tempfile.TemporaryDirectory(prefix="packages-") as scratch:
            for name, make, steps in parts(Path(scratch)):
                if arguments.name and not {name, name.split()[0]} & set(arguments.name):
                    continue
                wrong, given = attempt(name, make)
                failed += wrong
                results = [] if wrong else [attempt(name, step, given) for step in steps]
                failed += sum(bad for bad, _ in results)
                passed += sum(not bad for bad, _ in results)
                found = "; ".join(text for _, text in results if text)
                print(f"{name}: {found}", flush=True)
                rows[f"package {name}: unpacked into an empty folder and used there"] = found
    finally:
        end_wine()
    if arguments.record:
        print(record.write(rows, failed, COMMAND))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

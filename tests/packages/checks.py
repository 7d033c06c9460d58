"""What every check here uses: expectations, commands, and files unpacked into a new folder."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "platforms")]

LIMIT = 180  # seconds that a slow machine may need for a command
ARRIVED = "Speed = 12.5\n"
NOT_RUN = "not run on: macOS, iOS, Android, Unity"


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(found, expected, what):
    expect(found == expected, f"{what}: found {found!r}, expected {expected!r}")


def run(*command, **options):
    """What a command that has to succeed prints to standard output."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, **options)
    said = (done.stdout + done.stderr)[-2000:]
    expect(done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{said}")
    return done.stdout.replace("\r\n", "\n")


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


def unpack(file, folder):
    """Into a new folder, which it returns."""
    folder.mkdir()
    if file.name.endswith(("gz", "tgz")):
        with tarfile.open(file) as tar:
            tar.extractall(folder)
    else:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                place = Path(archive.extract(entry, folder))
                place.chmod(entry.external_attr >> 16 & 0o777 or 0o644)
    return folder


def third_parties_are_named(folder, targets):
    """THIRD-PARTY-LICENSES lists what cargo links for these targets, and no more."""
    import licences

    text = (folder / "THIRD-PARTY-LICENSES").read_text()
    _, library, rest = text.split(" crates:\n\n")
    listed = []
    for part in (library, rest.split("\n\n", 1)[0]):
        lines = part.split("\n\n", 1)[0].splitlines()
        entries = [line.split() for line in lines if line.startswith("  ") and line[2] != " "]
        listed.append({(entry[0], "v" + entry[1]) for entry in entries})
    linked = set().union(*(licences.linked(target) for target in targets))
    both = set().union(*(licences.linked(target, "--features", "cli") for target in targets))
    equal(listed[0] ^ linked, set(), "crates of the library")
    equal(listed[1] ^ (both - linked), set(), "crates of rvws alone")
    for name, version in both:
        expect(f"\n{name} {version[1:]}" in text or f", {name} {version[1:]}" in text, f"{name} {version} has no text")
    return len(both)

"""Archives that are the same bytes whenever the same files go in: sorted, with one date, one owner, and two modes."""

import gzip
import io
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def date():
    """Seconds since 1970: SOURCE_DATE_EPOCH, else of the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("package: no date for the archives: set SOURCE_DATE_EPOCH, or build in a git checkout")
    return int(done.stdout)


def entries(folder):
    """The files and links below a folder in the order of their names."""
    paths = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]
    return sorted((path.relative_to(folder).as_posix(), path) for path in paths)


def mode(path):
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def tar_gz(folder, file):
    """Packs a folder; its links stay links."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, path in entries(folder):
            entry = tarfile.TarInfo(name)
            entry.mtime = date()
            if path.is_symlink():
                entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
                tar.addfile(entry)
            else:
                entry.size, entry.mode = path.stat().st_size, mode(path)
                with path.open("rb") as content:
                    tar.addfile(entry, content)
    file.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def zip_entry(name, permissions=0o644):
    # A zip has local times from 1980 on, in steps of two seconds.
    entry = zipfile.ZipInfo(name, max(time.gmtime(date())[:6], (1980, 1, 1, 0, 0, 0)))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = (0o100000 | permissions) << 16
    return entry


def zipped(folder, file):
    """Packs a folder without links."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, path in entries(folder):
            archive.writestr(zip_entry(name, mode(path)), path.read_bytes(), compresslevel=9)

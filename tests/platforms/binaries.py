"""What a built library shows to a linker and a loader, read with readelf and objdump: exports, imports, versions,
alignment, and what should not be in it."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Parts of Windows 10 and later.
WINDOWS_DLLS = {
    "advapi32.dll",
    "api-ms-win-core-synch-l1-2-0.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "userenv.dll",
    "ws2_32.dll",
}
# Parts of glibc.
GLIBC_LIBRARIES = {"libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0"}
LOADERS = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}

SONAME = "librealvirtual_ws.so.0"


def tool(*command):
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def header_functions():
    """The names of the functions that the header declares."""
    header = (ROOT / "include" / "realvirtual_ws.h").read_text(encoding="utf-8")
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    return set(re.findall(r"^RV_API\s+[\w\s*]+?\b(rv_\w+)\(", header, re.M))


class Elf:
    """A shared library of Linux or Android."""

    def __init__(self, path):
        self.path = Path(path)
        self.dynamic = tool("readelf", "-dW", path)

    def machine(self):
        return re.search(r"Machine: +(.*)", tool("readelf", "-hW", self.path)).group(1)

    def exports(self):
        found = set()
        for line in tool("readelf", "--dyn-syms", "-W", self.path).splitlines():
            words = line.split()
            if len(words) >= 8 and words[4] in ("GLOBAL", "WEAK") and words[6] != "UND":
                found.add(words[7].split("@")[0])
        return found

    def imports(self):
        return set(re.findall(r"\(NEEDED\).*\[(.*)\]", self.dynamic))

    def soname(self):
        return re.search(r"\(SONAME\).*\[(.*)\]", self.dynamic).group(1)

    def glibc(self):
        """The newest version of glibc that it asks for, as (2, 28)."""
        found = re.findall(r"Name: GLIBC_(\d+)\.(\d+)", tool("readelf", "-VW", self.path))
        return max((int(major), int(minor)) for major, minor in found)

    def alignments(self):
        """The alignment of each segment that is loaded, in bytes."""
        lines = tool("readelf", "-lW", self.path).splitlines()
        return {int(line.split()[-1], 16) for line in lines if line.split()[:1] == ["LOAD"]}

    def sections(self):
        return set(re.findall(r"^ +\[ *\d+\] (\S+)", tool("readelf", "-SW", self.path), re.M))


class Pe:
    """A DLL."""

    def __init__(self, path):
        self.path = Path(path)
        self.headers = tool("objdump", "-p", path)

    def machine(self):
        return re.search(r"file format (\S+)", self.headers).group(1)

    def exports(self):
        _, table = self.headers.split("[Ordinal/Name Pointer] Table", 1)
        names = re.match(r".*\n((?:\s+\[ *\d+\].*\n)*)", table).group(1)
        return {line.split()[-1] for line in names.splitlines()}

    def imports(self):
        return {name.lower() for name in re.findall(r"DLL Name: (\S+)", self.headers)}

    def sections(self):
        return set(re.findall(r"^ +\d+ (\S+) +[0-9a-f]{8} ", tool("objdump", "-h", self.path), re.M))


def machine_paths(path):
    """Absolute paths of the machine that built a library, as far as they are the builder's own."""
    data = Path(path).read_bytes()
    own = [str(ROOT).encode(), str(Path.home()).encode() + b"/", b"/usr/lib/rustlib/src", b"/usr/src/rustc"]
    return sorted({found.decode() for prefix in own for found in re.findall(re.escape(prefix) + rb"[\w./-]*", data)})

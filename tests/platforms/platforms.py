"""The platforms in dist/native: what their binaries may need, and how programs for them are compiled and run here."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from binaries import GLIBC_LIBRARIES, LOADERS, ROOT, SONAME, WINDOWS_DLLS, Elf, Pe

BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
CROSS = BUILT / "cross"
ZIG = [CROSS / "tools" / "bin" / "python", "-m", "ziglang", "cc"]
STRICT = ["-std=c99", "-O2", "-Wall", "-Wextra", "-pedantic", "-Werror"]
WINE_PREFIX = CROSS / "wine"


def wine(name):
    found = shutil.which(name) or f"/usr/lib/wine/{name}"
    return [found] if os.access(found, os.X_OK) else []


@dataclass
class Platform:
    """One folder of dist/native."""

    name: str
    target: str
    machine: str
    library: str
    files: set
    imports: set
    compiler: list
    static_libraries: list
    reader: type = Elf
    suffix: str = ""
    runner: list = field(default_factory=list)
    environment: dict = field(default_factory=dict)

    @property
    def folder(self):
        return ROOT / "dist" / "native" / self.name

    @property
    def built(self):
        return self.folder / self.library

    @property
    def work(self):
        """Where the test programs are built, beside a copy of the library."""
        return CROSS / "test" / self.name

    def command(self, program, *arguments):
        """How a program in `work` is run here."""
        return [str(word) for word in (*self.runner, self.work / (program + self.suffix), *arguments)]

    def variables(self):
        return {**os.environ, **self.environment}

    def compile(self, output, *arguments):
        """Compiles C into `work`."""
        command = [*self.compiler, *STRICT, "-I", ROOT / "include", "-o", self.work / output, *arguments]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{output} does not compile:\n{done.stderr}")

    def links(self):
        """How a program is linked with the library: a word for each way, and the compiler's arguments for it."""
        static = [self.folder / "librealvirtual_ws.a", *self.static_libraries]
        if self.suffix:
            return {
                "MinGW import library": [self.folder / "librealvirtual_ws.dll.a"],
                "Microsoft import library": [self.folder / "realvirtual_ws.lib"],
                "static": ["-DRV_STATIC", *static],
            }
        return {
            "shared": [self.work / SONAME, "-lpthread", "-Wl,-rpath,$ORIGIN"],
            "static": static,
        }


def linux(name, processor, machine, runner):
    return Platform(
        name=name,
        target=f"{processor}-unknown-linux-gnu",
        machine=machine,
        library="librealvirtual_ws.so",
        files={"librealvirtual_ws.so", "librealvirtual_ws.a", "rvws"},
        imports=GLIBC_LIBRARIES | LOADERS,
        compiler=[*ZIG, "-target", f"{processor}-linux-gnu.2.28"],
        # GCC brings an unwinder unasked, zig does not.
        static_libraries=["-lpthread", "-ldl", "-lm", "-lunwind"],
        runner=runner,
    )


PLATFORMS = [
    Platform(
        name="win-x64",
        target="x86_64-pc-windows-gnu",
        machine="pei-x86-64",
        library="realvirtual_ws.dll",
        files={"realvirtual_ws.dll", "librealvirtual_ws.dll.a", "realvirtual_ws.lib", "librealvirtual_ws.a", "rvws.exe"},
        imports=WINDOWS_DLLS,
        compiler=["x86_64-w64-mingw32-gcc"],
        static_libraries=["-lws2_32", "-luserenv", "-lntdll", "-lbcrypt", "-lcrypt32", "-ladvapi32"],
        reader=Pe,
        suffix=".exe",
        runner=wine("wine64"),
        environment={"WINEPREFIX": str(WINE_PREFIX), "WINEDEBUG": "-all"},
    ),
    linux("linux-arm64", "aarch64", "AArch64", ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]),
    linux("linux-x64", "x86_64", "Advanced Micro Devices X86-64", []),
]


def end_wine():
    """Ends the processes of Wine that this run has started, which would otherwise stay for a while."""
    server = wine("wineserver64") or wine("wineserver")
    if server and WINE_PREFIX.is_dir():
        subprocess.run([*server, "-k"], env={**os.environ, "WINEPREFIX": str(WINE_PREFIX)}, check=False)

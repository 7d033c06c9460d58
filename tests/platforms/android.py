"""Android from version 15 on has devices with pages of 16 KiB, on which a library with smaller segments does not load.

There is no Android here. So the flags that build.rs gives to Android's linker are asked of build.rs itself, and used to
link the library of Linux on the same processor.
"""

import os
import subprocess

from binaries import ROOT, Elf

PAGE = 16 * 1024
ARGUMENT = "cargo:rustc-cdylib-link-arg="


def flags(work):
    """What build.rs tells cargo to give to the linker of Android's shared library."""
    script = work / "build-script"
    subprocess.run(["rustc", "--edition", "2024", "-o", script, ROOT / "build.rs"], check=True)
    environment = {**os.environ, "CARGO_CFG_TARGET_OS": "android"}
    lines = subprocess.run([script], env=environment, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line[len(ARGUMENT) :] for line in lines if line.startswith(ARGUMENT)]


def alignment(platform):
    """The alignment of the library's segments, linked with those flags."""
    output = platform.work / "libandroid.so"
    archive = ["-Wl,--whole-archive", platform.folder / "librealvirtual_ws.a", "-Wl,--no-whole-archive"]
    platform.compile(output.name, "-shared", *flags(platform.work), *archive, *platform.static_libraries)
    library = Elf(output)
    if library.alignments() != {PAGE} or library.soname() != "librealvirtual_ws.so":
        raise AssertionError(f"segments at {library.alignments()}, name {library.soname()}")
    return PAGE

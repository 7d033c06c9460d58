#!/usr/bin/env python3
"""Writes everything that a release offers for download, from what `make cross` has put into dist/native.

    scripts/package.py [DIST]     into dist, or into DIST: an archive for each platform and one for WebGL, the wheels,
                                  the package for Unity, the one for NuGet, and SHA256SUMS over them

`make package` builds and calls it. The same commit and the same dist/native make the same bytes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import archives
import licences
import nuget
import unity_package
import version as versions
import webgl

ROOT = archives.ROOT
NATIVE = ROOT / "dist" / "native"
PACKAGING = ROOT / "packaging"
VERSION = versions.version()
# What hatchling runs in: `make setup-python` makes it.
PYTHON = ROOT / ".venv" / "bin" / "python"

# By the folder in dist/native: the target, the library's file, and where what is packed was run.
LINUX = "librealvirtual_ws.so"
PLATFORMS = {
    "linux-x64": (
        "x86_64-unknown-linux-gnu",
        LINUX,
        "These files were run on Debian 12 on x86-64.",
    ),
    "linux-arm64": (
        "aarch64-unknown-linux-gnu",
        LINUX,
        "These files were run under QEMU's emulation of ARM64 on x86-64. No ARM machine has run them.",
    ),
    "win-x64": (
        "x86_64-pc-windows-gnu",
        "realvirtual_ws.dll",
        "These files were run under Wine on Linux. No Windows machine has run them.",
    ),
}
# Those that only the Unity package takes, where they have been put into dist/native: docs/CROSS.md.
OTHERS = {
    "osx": ("aarch64-apple-darwin", "x86_64-apple-darwin"),
    "android-arm64": ("aarch64-linux-android",),
    "android-arm": ("armv7-linux-androideabi",),
    "android-x64": ("x86_64-linux-android",),
    "ios": ("aarch64-apple-ios",),
}
TARGETS = [target for target, _, _ in PLATFORMS.values()]
TOOLS = ("rvws", "rvws.exe")
DOCUMENTS = ["README.md", "CHANGELOG.md", "docs/ABI.md", "docs/OPERATIONS.md"]


# What says to `make install` where to, and would lead it elsewhere.
DIRECTORIES = "DESTDIR prefix bindir libdir includedir datarootdir mandir docdir".split()


def unity_targets():
    """The targets whose libraries are in the Unity package."""
    return TARGETS + [target for name, targets in OTHERS.items() if (NATIVE / name).is_dir() for target in targets]


def library(platform):
    return NATIVE / platform / PLATFORMS[platform][1]


def fill(template, target, **values):
    """Writes packaging/TEMPLATE.in with its @NAMES@ replaced."""
    text = (PACKAGING / f"{template}.in").read_text()
    text = re.sub(r"@([A-Z_]+)@", lambda name: values[name.group(1)], text)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def copy(sources, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        target = folder / Path(source).name
        shutil.copyfile(ROOT / source, target)
        target.chmod(0o755 if target.name in TOOLS or ".so" in target.name else 0o644)


def install(*words, **more):
    environment = {name: value for name, value in os.environ.items() if name not in DIRECTORIES}
    command = [ROOT / "scripts" / "install.sh", *words]
    subprocess.run(command, env={**environment, **more}, check=True, stdout=subprocess.DEVNULL)


def install_linux(platform, folder):
    """What `make install` makes of a prefix. The pages are printed by this machine's own tool, which is the same."""
    printer = NATIVE / "linux-x64" / "rvws"
    install("install", LIBRARY_DIR=str(NATIVE / platform), prefix=str(folder), PRINTER=str(printer))


def install_windows(platform, folder):
    """The same for Windows: DLL and tool in bin, all that the linker reads in lib."""
    built = NATIVE / platform
    copy([built / "realvirtual_ws.dll", built / "rvws.exe"], folder / "bin")
    copy(sorted((*built.glob("*.lib"), *built.glob("*.a"))), folder / "lib")
    copy(["include/realvirtual_ws.h", "include/realvirtual_ws.hpp"], folder / "include")
    documents = folder / "share" / "doc" / "realvirtual-ws"
    copy(["LICENSE-MIT", "LICENSE-APACHE"], documents)
    for page in DOCUMENTS:
        install("document", str(ROOT / page), str(documents / Path(page).name))
    systems = ["ws2_32", "userenv", "ntdll", "bcrypt", "crypt32", "advapi32"]
    major, minor, _ = VERSION.split(".")
    values = {
        "VERSION": VERSION,
        "VERSION_MAJOR": major,
        "VERSION_MINOR": minor,
        "SHARED_FROM_LIBDIR": "../bin/realvirtual_ws.dll",
        "SONAME": "realvirtual_ws.dll",
        "POINTER_BYTES": "8",
        "STATIC_FLAGS": " ".join(f"-l{name}" for name in systems),
        "STATIC_LIBRARIES": ";".join(systems),
        "PREFIX_FROM_PC": "../..",
        "LIBDIR_FROM_PREFIX": "lib",
        "INCLUDEDIR_FROM_PREFIX": "include",
        "INCLUDEDIR_FROM_CMAKE": "../../../include",
    }
    fill("realvirtual-ws.pc", folder / "lib/pkgconfig/realvirtual-ws.pc", **values)
    for name in ("realvirtual_ws-config.cmake", "realvirtual_ws-config-version.cmake"):
        fill(name, folder / "lib/cmake/realvirtual_ws" / name, **values)


def archive(platform, third_party, dist):
    """The archive for C and C++ of one platform, with the tool."""
    target, _, was_run = PLATFORMS[platform]
    windows = platform.startswith("win")
    name = f"realvirtual-ws-{VERSION}-{platform}"
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        folder = Path(scratch) / name
        (install_windows if windows else install_linux)(platform, folder)
        readme = "README-windows.md" if windows else "README-linux.md"
        fill(readme, folder / "README.md", VERSION=VERSION, PLATFORM=platform, TARGET=target, WAS_RUN=was_run)
        copy(["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md", third_party], folder)
        file = dist / (name + (".zip" if windows else ".tar.gz"))
        (archives.zipped if windows else archives.tar_gz)(Path(scratch), file)
    return file


def webgl_archive(dist):
    """The one for programs that emscripten compiles. Nothing is built for it, and no crate is in it."""
    name = f"realvirtual-ws-{VERSION}-webgl"
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        folder = Path(scratch) / name
        copy([webgl.JSLIB], folder / "lib")
        copy(["include/realvirtual_ws.h"], folder / "include")
        copy(["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"], folder)
        sections = {"DIFFERS": webgl.section("What differs"), "WAS_RUN": webgl.section("What was run")}
        fill("README-webgl.md", folder / "README.md", VERSION=VERSION, **sections)
        archives.zipped(Path(scratch), dist / f"{name}.zip")


def wheel(platform, third_party, dist):
    environment = {**os.environ, "REALVIRTUAL_WS_LIBRARY": str(library(platform))}
    environment["THIRD_PARTY_LICENSES"] = str(third_party)
    environment["SOURCE_DATE_EPOCH"] = str(archives.date())
    command = [PYTHON, "-m", "hatchling", "build", "--target", "wheel", "--directory", dist]
    done = subprocess.run(command, cwd=ROOT / "bindings/python", env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"package: the wheel for {platform}: {done.stdout}{done.stderr}")


def checksums(dist):
    files = sorted(path for path in dist.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (dist / "SHA256SUMS").write_text("".join(lines))
    return files


def third_parties(folder):
    """{platform: the file of its licences}, and of the packages that hold several platforms' libraries."""
    targets = {platform: [target] for platform, (target, _, _) in PLATFORMS.items()}
    targets.update(nuget=TARGETS, unity=unity_targets())
    found = {}
    for name, chosen in targets.items():
        found[name] = folder / name / "THIRD-PARTY-LICENSES"
        found[name].parent.mkdir()
        found[name].write_text(licences.document(chosen))
    return found


def main():
    dist = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "dist"
    for platform, (target, name, _) in PLATFORMS.items():
        tool = "rvws.exe" if platform.startswith("win") else "rvws"
        for file in (name, tool):
            if not (NATIVE / platform / file).is_file():
                sys.exit(f"package: there is no dist/native/{platform}/{file}: make cross TARGET={target}")
    if wrong := list(versions.faults(VERSION)):
        sys.exit("package: " + "\n".join(wrong))
    dist.mkdir(parents=True, exist_ok=True)
    # Nothing of another version or of another build stays beside it.
    for old in [path for path in dist.iterdir() if path.is_file()]:
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        third_party = third_parties(Path(scratch))
        for platform in PLATFORMS:
            archive(platform, third_party[platform], dist)
            wheel(platform, third_party[platform], dist)
        webgl_archive(dist)
        nuget.pack({platform: library(platform) for platform in PLATFORMS}, third_party["nuget"], dist)
        unity_package.pack(dist, third_party["unity"])
    for path in checksums(dist):
        print(f"package: {path.name}, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()

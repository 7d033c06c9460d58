"""Puts the built library into the wheel and names the platform that it runs on. `make wheel` and `make package` call it."""

import os
import re
import struct
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[2]


def library():
    """The library to pack: what REALVIRTUAL_WS_LIBRARY names."""
    named = os.environ.get("REALVIRTUAL_WS_LIBRARY")
    if not named or not Path(named).is_file():
        raise SystemExit(
            f"the wheel has the built library inside, but {named or 'REALVIRTUAL_WS_LIBRARY'} is no file: "
            "use `make wheel`, or set REALVIRTUAL_WS_LIBRARY to the library built with `cargo build --release`"
        )
    return Path(named)


# By the number for the processor in the file's header.
ELF = {62: "x86_64", 183: "aarch64"}
PE = {0x8664: "win_amd64", 0xAA64: "win_arm64"}


def platform_tag(path):
    """Where the library runs, as its own header says: it need not have been built for this machine.

    On Linux with the newest version of glibc among the symbols that it needs (PEP 600).
    """
    data = path.read_bytes()
    if data[:4] == b"\x7fELF":
        (number,) = struct.unpack_from("<H", data, 18)
        versions = [(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", data)]
        if number in ELF and versions:
            major, minor = max(versions)
            return f"manylinux_{major}_{minor}_{ELF[number]}"
    elif data[:2] == b"MZ":
        (header,) = struct.unpack_from("<I", data, 0x3C)
        (number,) = struct.unpack_from("<H", data, header + 4)
        if number in PE:
            return PE[number]
    # Another system's, which can only be this one.
    return re.sub(r"[-.]", "_", sysconfig.get_platform())


class BuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        packed = library()
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_tag(packed)}"
        build_data["force_include"][str(packed)] = f"realvirtual_ws/{packed.name}"
        licences = [*ROOT.glob("LICENSE-*"), *map(Path, filter(None, [os.environ.get("THIRD_PARTY_LICENSES")]))]
        for licence in licences:
            build_data["extra_metadata"][str(licence)] = licence.name

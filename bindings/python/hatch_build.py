"""Puts the built library into the wheel and names the platform that it runs on. `make wheel` calls it."""

import os
import re
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


def platform_tag(path):
    """Where the library runs. On Linux by the newest version of glibc among the symbols that it needs (PEP 600)."""
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    if not platform.startswith("linux_"):
        return platform
    versions = [(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", path.read_bytes())]
    if not versions:
        return platform
    major, minor = max(versions)
    return f"manylinux_{major}_{minor}_{platform[len('linux_'):]}"


class BuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        packed = library()
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_tag(packed)}"
        build_data["force_include"][str(packed)] = f"realvirtual_ws/{packed.name}"
        for licence in ROOT.glob("LICENSE-*"):
            build_data["extra_metadata"][str(licence)] = licence.name

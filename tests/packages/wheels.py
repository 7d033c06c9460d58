"""The wheels: this machine's is installed and used, of the others pip and their own records are asked."""

import base64
import csv
import hashlib
import io
import re
import sys
import zipfile

import package
from binaries import Elf
from checks import NOT_RUN, ROOT, equal, expect, run

TAGS = {"linux-x64": "manylinux_{}_{}_x86_64", "linux-arm64": "manylinux_{}_{}_aarch64", "win-x64": "win_amd64"}


class Wheel:
    def __init__(self, platform, dist, scratch):
        self.platform, self.scratch = platform, scratch
        library = package.library(platform)
        self.tag = TAGS[platform].format(*(Elf(library).glibc() if library.suffix == ".so" else ()))
        self.file = dist / f"realvirtual_ws-{package.VERSION}-py3-none-{self.tag}.whl"
        expect(self.file.is_file(), f"there is no {self.file.name}, but {[found.name for found in dist.glob('*.whl')]}")
        with zipfile.ZipFile(self.file) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.about = f"realvirtual_ws-{package.VERSION}.dist-info"


def its_record_is_true(wheel):
    rows = list(csv.reader(io.StringIO(wheel.parts[f"{wheel.about}/RECORD"].decode())))
    equal({row[0] for row in rows}, set(wheel.parts), "files in RECORD")
    for name, digest, size in rows:
        if name.endswith("/RECORD"):
            continue
        data = wheel.parts[name]
        found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        equal((digest, int(size)), (f"sha256={found}", len(data)), name)
    described = wheel.parts[f"{wheel.about}/WHEEL"].decode()
    expect("Root-Is-Purelib: false" in described, described)
    equal(re.findall(r"^Tag: (.*)$", described, re.MULTILINE), [f"py3-none-{wheel.tag}"], "its tags")
    return wheel.tag


def it_has_the_platforms_library(wheel):
    library = package.library(wheel.platform)
    expect(wheel.parts[f"realvirtual_ws/{library.name}"] == library.read_bytes(), "the library is not what was built")
    packed = {name for name in wheel.parts if name.startswith("realvirtual_ws/") and not name.endswith((".so", ".dll"))}
    tree = {f"realvirtual_ws/{path.name}" for path in (ROOT / "bindings/python/realvirtual_ws").glob("*.py*")}
    equal(packed ^ (tree | {"realvirtual_ws/py.typed"}), set(), "modules")
    expect(any(name.endswith("/THIRD-PARTY-LICENSES") for name in wheel.parts), "no THIRD-PARTY-LICENSES")
    metadata = wheel.parts[f"{wheel.about}/METADATA"].decode()
    expect(f"\nVersion: {package.VERSION}\n" in metadata and NOT_RUN in metadata, "METADATA")


def pip_takes_it_for_its_platform(wheel):
    target = wheel.scratch / f"pip-{wheel.platform}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    command += ["--no-deps", "--only-binary=:all:", f"--platform={wheel.tag}", f"--target={target}", wheel.file]
    run(*command)
    library = target / "realvirtual_ws" / package.library(wheel.platform).name
    expect(library.is_file(), "pip has not installed the library")


def it_is_used_in_a_new_environment(wheel):
    found = run(sys.executable, ROOT / "tests" / "python" / "wheel.py", wheel.file, cwd=wheel.scratch)
    passed = re.search(r"(\d+) passed, 0 failed", found)
    expect(passed, found)
    return f"installed and used: {passed.group(1)} tests"


def steps(platform):
    yield its_record_is_true
    yield it_has_the_platforms_library
    yield pip_takes_it_for_its_platform
    if platform == "linux-x64":
        yield it_is_used_in_a_new_environment

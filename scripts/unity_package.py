#!/usr/bin/env python3
"""Puts the Unity package together.

    scripts/unity_package.py core      copies the C# wrapper, the jslib and what is said of it into the package, and
                                       writes its .meta files
    scripts/unity_package.py check     the lint: .meta files, the copies, the version
    scripts/unity_package.py plugins   puts the native libraries into the sample project, to open it in Unity
    scripts/unity_package.py pack      writes dist/com.realvirtual-ws.unity-<version>.tgz with the native libraries

Native libraries come from dist/native/<platform>, this machine's also from target/release. What is in neither is left
out, and said. The same files always make the same archive. For a release scripts/package.py packs, from dist/native
alone and with the licences of what is inside.
"""

import filecmp
import gzip
import io
import json
import os
import re
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

import unity_meta
import webgl

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "unity-sample" / "Packages" / unity_meta.NAME
WRAPPER = ROOT / "bindings" / "csharp" / "src" / "RealvirtualWs"
CORE = "Runtime/Core"
JSLIB = webgl.JSLIB
# A text that no build makes, so it is in the repository where Unity looks for it.
WEBGL = next(platform for platform in unity_meta.PLATFORMS if platform.name == "webgl")
WEBGL_PAGE = "Documentation~/webgl.md"
DIST = ROOT / "dist"
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


def wrapper_files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*.cs")}


def webgl_page():
    return f"# In a browser\n\n{webgl.section('What differs')}\n"


def copy_core():
    """The wrapper's sources and the library for WebGL into the package; what there is no longer goes."""
    core = PACKAGE / CORE
    for path in wrapper_files(core) - wrapper_files(WRAPPER):
        (core / path).unlink()
    for path in wrapper_files(WRAPPER):
        (core / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(WRAPPER / path, core / path)
    (PACKAGE / WEBGL.path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(JSLIB, PACKAGE / WEBGL.path)
    (PACKAGE / WEBGL_PAGE).write_text(webgl_page())
    unity_meta.write(PACKAGE)


def core_faults():
    core = PACKAGE / CORE
    for path in sorted(wrapper_files(core) ^ wrapper_files(WRAPPER)):
        yield f"{CORE}/{path}: is not on both sides: run make unity-core"
    for path in sorted(wrapper_files(core) & wrapper_files(WRAPPER)):
        if not filecmp.cmp(core / path, WRAPPER / path, shallow=False):
            yield f"{CORE}/{path}: differs from bindings/csharp: run make unity-core"
    if not (PACKAGE / WEBGL.path).is_file() or not filecmp.cmp(PACKAGE / WEBGL.path, JSLIB, shallow=False):
        yield f"{WEBGL.path}: differs from bindings/webgl: run make unity-core"
    if not (PACKAGE / WEBGL_PAGE).is_file() or (PACKAGE / WEBGL_PAGE).read_text() != webgl_page():
        yield f"{WEBGL_PAGE}: differs from bindings/webgl/README.md: run make unity-core"


def version():
    return json.loads((PACKAGE / "package.json").read_text())["version"]


def manifest_faults(package):
    manifest = json.loads((package / "package.json").read_text())
    crate = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1)
    if manifest["version"] != crate:
        yield f"package.json: has version {manifest['version']}, the library {crate}"
    if manifest["name"] != unity_meta.NAME:
        yield f"package.json: is called {manifest['name']}"
    if manifest.get("dependencies"):
        yield "package.json: has dependencies"
    for sample in manifest["samples"]:
        if not (package / sample["path"]).is_dir():
            yield f"package.json: {sample['path']} does not exist"


def check(package):
    """What is wrong with the package, as a list of sentences."""
    return unity_meta.faults(package) + list(manifest_faults(package))


def native_library(platform, released):
    """This platform's library, or None."""
    if platform is WEBGL:
        return JSLIB
    name = Path(platform.path).name
    places = [DIST / "native" / platform.name / name]
    if not released and platform.name == "linux-x64" and sys.platform == "linux" and os.uname().machine == "x86_64":
        places.insert(0, RELEASE / name)
    return next((place for place in places if place.is_file()), None)


def put_plugins(package, released=False):
    """Puts the libraries that there are in place, each with its .meta; returns the platforms that have none."""
    missing = []
    for platform in unity_meta.PLATFORMS:
        library = native_library(platform, released)
        if library is None:
            missing.append(platform.name)
            continue
        target = package / platform.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library, target)
    unity_meta.write(package)
    return missing


def is_shipped(path):
    """Committed files: neither what the editor leaves nor the plugins that were put into the sample project."""
    plugin = path.parts[0] == "Plugins" and len(path.parts) > 1 and not path.parts[1].startswith(("README.md", "WebGL"))
    return not plugin and "__pycache__" not in path.parts


def stage(folder):
    for source in sorted(PACKAGE.rglob("*")):
        path = source.relative_to(PACKAGE)
        if source.is_file() and is_shipped(path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / path)


def archive(folder):
    """The folder as npm packs one, always the same bytes for the same files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = tarfile.TarInfo(f"package/{path.relative_to(folder).as_posix()}")
                entry.size = path.stat().st_size
                entry.mode = 0o644
                entry.mtime = 499162500  # as npm does: a date that every unpacker can write
                with path.open("rb") as content:
                    tar.addfile(entry, content)
    return gzip.compress(packed.getvalue(), mtime=0)


def unpack(file, folder):
    with tarfile.open(file) as tar:
        for member in tar.getmembers():
            path = folder / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tar.extractfile(member).read())
    return folder / "package"


def pack(dist=DIST, third_party=None):
    """Writes the archive into `dist`: for a release with the licences of others in it, a file."""
    fail(list(core_faults()) + check(PACKAGE))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "staged"
        stage(folder)
        if third_party:
            shutil.copyfile(third_party, folder / "Third Party Notices.md")
        missing = put_plugins(folder, released=bool(third_party))
        if len(missing) == len(unity_meta.PLATFORMS) - 1:
            sys.exit("unity-package: there is no native library: build one with cargo build --release")
        dist.mkdir(exist_ok=True)
        file = dist / f"{unity_meta.NAME}-{version()}.tgz"
        file.write_bytes(archive(folder))
        fail(check(unpack(file, Path(scratch))))
    print(f"unity-package: {file.name}, {file.stat().st_size / 1024:.0f} KiB, lint ok")
    print(f"unity-package: without {', '.join(missing) or 'nothing'}")


def fail(faults):
    for fault in faults:
        print(f"unity-package: {fault}")
    if faults:
        sys.exit(1)


def main():
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command == "core":
        copy_core()
    elif command == "check":
        fail(list(core_faults()) + check(PACKAGE))
        print(f"unity-package: {len(unity_meta.imported(PACKAGE)[0])} files and folders, 0 faults")
    elif command == "plugins":
        print(f"unity-package: no library for {', '.join(put_plugins(PACKAGE)) or 'nothing'}; restart Unity if it is open")
    elif command == "pack":
        pack()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()

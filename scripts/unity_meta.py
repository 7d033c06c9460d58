#!/usr/bin/env python3
"""The .meta files of the Unity package: one beside every file and folder that Unity imports.

    scripts/unity_meta.py write PACKAGE   writes what is missing, removes what belongs to nothing
    scripts/unity_meta.py check PACKAGE   the lint: says what is wrong, and fails if anything is

A guid follows from the path in the package, so that scenes and prefabs keep their references whoever generates it.
Native libraries lie in Plugins/<platform>; their .meta enables each for exactly that platform.
"""

import hashlib
import re
import sys
from pathlib import Path

NAME = "com.realvirtual-ws.unity"


class Platform:
    """Where a platform's library lies, and for what Unity enables it."""

    def __init__(self, name, path, target, settings, editor=None):
        self.name = name  # as in dist/native/<name>
        self.path = path  # in the package
        self.target = target  # "group: platform", as Unity's PluginImporter writes it
        self.settings = settings
        self.editor = editor  # the editor's settings, on desktops

    def enabled(self):
        """What is enabled, as `enabled_platforms` reads it from a .meta."""
        found = {(self.target, self.settings.get("CPU"))}
        if self.editor:
            found.add(("Editor: Editor", self.editor["OS"]))
        return found


def desktop(name, path, target, cpu, system):
    return Platform(name, path, target, {"CPU": cpu}, {"CPU": cpu, "DefaultValueInitialized": "true", "OS": system})


def android(name, abi, cpu):
    return Platform(name, f"Plugins/Android/{abi}/librealvirtual_ws.so", "Android: Android", {"CPU": cpu})


PLATFORMS = [
    desktop("win-x64", "Plugins/Windows/x86_64/realvirtual_ws.dll", "Standalone: Win64", "x86_64", "Windows"),
    desktop("linux-x64", "Plugins/Linux/x86_64/librealvirtual_ws.so", "Standalone: Linux64", "x86_64", "Linux"),
    desktop("osx", "Plugins/macOS/librealvirtual_ws.dylib", "Standalone: OSXUniversal", "AnyCPU", "OSX"),
    android("android-arm64", "arm64-v8a", "ARM64"),
    android("android-arm", "armeabi-v7a", "ARMv7"),
    android("android-x64", "x86_64", "X86_64"),
    Platform(
        "ios",
        "Plugins/iOS/librealvirtual_ws.a",
        "iPhone: iOS",
        {"AddToEmbeddedBinaries": "false", "CPU": "AnyCPU", "CompileFlags": "", "FrameworkDependencies": "Security;"},
    ),
    Platform("webgl", "Plugins/WebGL/realvirtual_ws.jslib", "WebGL: WebGL", {}),
]

# Unity's platforms, by the names in its importer's list of exclusions.
TARGETS = {
    "Android": "Android: Android",
    "Editor": "Editor: Editor",
    "Linux64": "Standalone: Linux64",
    "OSXUniversal": "Standalone: OSXUniversal",
    "WebGL": "WebGL: WebGL",
    "Win": "Standalone: Win",
    "Win64": "Standalone: Win64",
    "iOS": "iPhone: iOS",
}
IMPORTERS = {
    ".cs": "MonoImporter",
    ".asmdef": "AssemblyDefinitionImporter",
    ".prefab": "PrefabImporter",
    ".md": "TextScriptImporter",
    ".xml": "TextScriptImporter",
    ".json": "TextScriptImporter",
}


def guid(path):
    """Of a file or folder, by its path in the package."""
    return hashlib.md5(f"{NAME}/{path}".encode()).hexdigest()


def is_hidden(name):
    """What Unity does not import."""
    return name.startswith(".") or name.endswith(("~", ".tmp")) or name == "cvs"


def imported(package):
    """The files and folders that Unity imports, and the .meta files, as paths in the package."""
    assets, metas = [], []
    todo = [package]
    while todo:
        for entry in sorted(todo.pop().iterdir()):
            if is_hidden(entry.name):
                continue
            path = entry.relative_to(package).as_posix()
            (metas if path.endswith(".meta") else assets).append(path)
            if entry.is_dir():
                todo.append(entry)
    return sorted(assets), sorted(metas)


def plugin_of(path):
    return next((platform for platform in PLATFORMS if platform.path == path), None)


def importer(package, path):
    """The name of the importer that Unity uses for a file, or an error."""
    if plugin_of(path):
        return "PluginImporter"
    if (package / path).is_dir():
        return "DefaultImporter"
    if path == "package.json":
        return "PackageManifestImporter"
    if path.startswith("Plugins/") and not path.endswith(".md"):
        raise ValueError(f"{path}: no platform has its library there")
    suffix = Path(path).suffix
    if suffix not in IMPORTERS:
        raise ValueError(f"{path}: no importer is known for {suffix or 'files without a suffix'}")
    return IMPORTERS[suffix]


COMMON = "  externalObjects: {}\n"
ENDING = "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"


def mono_importer():
    return (
        COMMON + "  serializedVersion: 2\n  defaultReferences: []\n  executionOrder: 0\n  icon: {instanceID: 0}\n" + ENDING
    )


def platform_entry(target, enabled, settings):
    group, _, name = target.partition(": ")
    text = f"  - first:\n      {group}: {name}\n    second:\n      enabled: {enabled}\n"
    if not settings:
        return text + "      settings: {}\n"
    lines = "".join(f"        {key}: {value}\n" for key, value in settings.items())
    return text + "      settings:\n" + lines


def plugin_importer(platform):
    wanted = {target for target, _ in platform.enabled()}
    excludes = {f"Exclude {name}": int(target not in wanted) for name, target in TARGETS.items()}
    text = COMMON + "  serializedVersion: 2\n  iconMap: {}\n  executionOrder: {}\n  defineConstraints: []\n"
    text += "  isPreloaded: 0\n  isOverridable: 0\n  isExplicitlyReferenced: 0\n  validateReferences: 1\n"
    text += "  platformData:\n"
    text += platform_entry(": Any", 0, excludes)
    text += platform_entry("Any: ", 0, {})
    for target in sorted(TARGETS.values()):
        if target == platform.target:
            text += platform_entry(target, 1, platform.settings)
        elif target == "Editor: Editor":
            text += platform_entry(target, int(bool(platform.editor)), platform.editor or {"DefaultValueInitialized": "true"})
        else:
            text += platform_entry(target, 0, {"CPU": "None"} if target.startswith("Standalone") else {})
    return text + ENDING


def meta(package, path):
    """The text of the .meta beside a file or folder."""
    name = importer(package, path)
    text = f"fileFormatVersion: 2\nguid: {guid(path)}\n"
    if (package / path).is_dir():
        text += "folderAsset: yes\n"
    text += f"{name}:\n"
    if name == "PluginImporter":
        return text + plugin_importer(plugin_of(path))
    if name == "MonoImporter":
        return text + mono_importer()
    return text + COMMON + ENDING


def write(package):
    """Writes every .meta; returns how many were written or removed."""
    assets, metas = imported(package)
    changed = 0
    for path in assets:
        file = package / (path + ".meta")
        text = meta(package, path)
        if not file.is_file() or file.read_text() != text:
            file.write_text(text)
            changed += 1
    for path in metas:
        if path.removesuffix(".meta") not in assets:
            (package / path).unlink()
            changed += 1
    return changed


def enabled_platforms(text):
    """The (target, CPU or the editor's system) pairs that a plugin's .meta enables."""
    found = set()
    for entry in text.split("  - first:\n")[1:]:
        if "enabled: 1" not in entry:
            continue
        target = entry.split("\n")[0].strip()
        detail = re.search(r"\bOS: (\S+)" if target.startswith("Editor") else r"\bCPU: (\S+)", entry)
        found.add((target, detail.group(1) if detail else None))
    return found


def faults(package):
    """What is wrong with the package's .meta files, a sentence each."""
    assets, metas = imported(package)
    found, guids = [], {}
    for path in metas:
        if path.removesuffix(".meta") not in assets:
            found.append(f"{path}: belongs to nothing")
    for path in assets:
        try:
            wanted = importer(package, path)
        except ValueError as error:
            found.append(str(error))
            continue
        file = package / (path + ".meta")
        if not file.is_file():
            found.append(f"{path}: has no .meta")
            continue
        text = file.read_text()
        own = re.search(r"^guid: ([0-9a-f]{32})$", text, re.MULTILINE)
        if not own:
            found.append(f"{path}.meta: has no guid")
            continue
        if own.group(1) in guids:
            found.append(f"{path}.meta: has the guid of {guids[own.group(1)]}")
        elif own.group(1) != guid(path):
            found.append(f"{path}.meta: its guid does not follow from its path")
        guids[own.group(1)] = path
        if f"\n{wanted}:\n" not in text:
            found.append(f"{path}.meta: is not for the {wanted}")
        elif wanted == "PluginImporter" and enabled_platforms(text) != plugin_of(path).enabled():
            pairs = sorted(f"{target} ({detail})" for target, detail in enabled_platforms(text))
            found.append(f"{path}.meta: enabled for {', '.join(pairs) or 'nothing'}, not for its platform alone")
    return found


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "check"):
        sys.exit(__doc__)
    package = Path(sys.argv[2])
    if not (package / "package.json").is_file():
        sys.exit(f"unity_meta: {package} is no package: it has no package.json")
    if sys.argv[1] == "write":
        try:
            print(f"unity_meta: {write(package)} changed")
        except ValueError as error:
            sys.exit(f"unity_meta: {error}")
        return
    found = faults(package)
    for fault in found:
        print(f"unity_meta: {fault}")
    print(f"unity_meta: {len(imported(package)[0])} files and folders, {len(found)} faults")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

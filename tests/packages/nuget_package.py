"""The NuGet package: by the rules of Open Packaging Conventions and of NuGet, and used by programs.

NuGet itself is not here. Its part, unpacking into a cache and writing down for .NET's host which files a program needs,
is done by this test; the host then finds the assembly and the library in the cache as after a restore.
"""

import json
import os
import re
import shutil
import xml.etree.ElementTree as xml
import zipfile

import nuget
import package
from checks import ARRIVED, NOT_RUN, ROOT, equal, expect, run, third_parties_are_named, unpack

SPECIFICATION = "RealvirtualWs.nuspec"
ASSEMBLY = "lib/netstandard2.0/RealvirtualWs.dll"
NATIVE = {f"runtimes/{name}/native/{library}": name for name, (_, library, _) in package.PLATFORMS.items()}
# What every .NET has under these names, .NET Framework as assemblies and the others as references to their own.
ASSEMBLIES = {"mscorlib", "System"}


class Package:
    def __init__(self, file, scratch):
        self.file, self.scratch = file, scratch
        with zipfile.ZipFile(file) as archive:
            self.entries = archive.infolist()
            self.parts = {entry.filename: archive.read(entry) for entry in self.entries}
        # As NuGet's cache has it.
        self.cache = scratch / "cache"
        (self.cache / "realvirtualws").mkdir(parents=True)
        self.folder = unpack(file, self.cache / "realvirtualws" / package.VERSION)
        self.work = scratch / "work"
        self.work.mkdir()


def its_parts_have_names_and_types(nupkg):
    """Of Open Packaging Conventions (ECMA-376, part 2): names of parts, one type for each, relationships to parts."""
    names = [entry.filename for entry in nupkg.entries]
    equal(len({name.lower() for name in names}), len(names), "names that differ in more than case")
    for entry in nupkg.entries:
        name = entry.filename
        expect(entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), f"{name} is packed in another way")
        expect(not name.endswith("/") and not name.startswith("/") and "\\" not in name, f"{name} is no part's name")
        if name != "[Content_Types].xml":
            # Letters that a part's name may have unescaped; no segment that is empty or ends with a dot.
            good = all(re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@-]*[^.]", segment) for segment in name.split("/"))
            expect(good, f"{name} is no part's name")
    types = xml.fromstring(nupkg.parts["[Content_Types].xml"])
    equal(types.tag, f"{{{nuget.CONTENT_TYPES}}}Types", "types")
    suffixes = [entry.get("Extension") for entry in types if entry.tag.endswith("}Default")]
    overrides = [entry.get("PartName") for entry in types if entry.tag.endswith("}Override")]
    equal(len(set(suffixes)), len(suffixes), "one type for a suffix")
    for name in set(names) - {"[Content_Types].xml"}:
        suffix = re.search(r"\.([^./]+)$", name)
        expect("/" + name in overrides or (suffix and suffix.group(1) in suffixes), f"{name} has no type")
    expect({name[1:] for name in overrides} <= set(names), "a type for a part that is not there")
    relations = xml.fromstring(nupkg.parts["_rels/.rels"])
    identifiers = [entry.get("Id") for entry in relations]
    expect(len(set(identifiers)) == len(identifiers), "two relationships with one id")
    targets = {entry.get("Type").rsplit("/", 1)[1]: entry.get("Target") for entry in relations}
    equal(targets["manifest"], "/" + SPECIFICATION, "the manifest's relationship")
    core = xml.fromstring(nupkg.parts[targets["core-properties"][1:]])
    equal(core.tag, f"{{{nuget.CORE}}}coreProperties", "core properties")
    return f"{len(names)} parts"


def its_manifest_says_what_is_inside(nupkg):
    """Of NuGet: one .nuspec at the root with what is required, the files it names, folders that NuGet knows."""
    equal([name for name in nupkg.parts if name.endswith(".nuspec")], [SPECIFICATION], "manifests")
    root = xml.fromstring(nupkg.parts[SPECIFICATION])
    equal(root.tag, f"{{{nuget.NUSPEC}}}package", "the manifest")
    texts = {entry.tag.split("}")[1]: (entry.text or "").strip() for entry in root[0]}
    for required in ("id", "version", "authors", "description", "license", "readme"):
        expect(texts.get(required), f"the manifest has no {required}")
    equal(nupkg.file.name, f"{texts['id']}.{texts['version']}.nupkg", "the file's name")
    equal(texts["version"], package.VERSION, "the version")
    groups = [entry.get("targetFramework") for entry in root.iter(f"{{{nuget.NUSPEC}}}group")]
    equal(groups, [".NETStandard2.0"], "frameworks of dependencies")
    inside = {name for name in nupkg.parts if name.startswith(("lib/", "runtimes/"))}
    equal(inside, {ASSEMBLY, ASSEMBLY.replace(".dll", ".xml"), *NATIVE}, "assemblies and libraries")
    known = ("lib/", "runtimes/", "package/", "_rels/")
    others = {name for name in nupkg.parts if not name.startswith(known)}
    expected = {"[Content_Types].xml", SPECIFICATION, "README.md", "THIRD-PARTY-LICENSES", "LICENSE-MIT", "LICENSE-APACHE"}
    equal(others, expected, "other files")
    for name, platform in NATIVE.items():
        expect(nupkg.parts[name] == package.library(platform).read_bytes(), f"{name} is not what was built")
    text = nupkg.parts["README.md"].decode()
    expect(NOT_RUN in text, "its README does not say where it was not run")
    third_parties_are_named(nupkg.folder, package.TARGETS)
    return f"{len(NATIVE)} platforms"


def compiled(nupkg):
    """The program, compiled against the package's assembly alone."""
    program = nupkg.work / "Program.exe"
    if not program.exists():
        source = ROOT / "tests" / "packages" / "Program.cs"
        run("mcs", "-nologo", f"-r:{nupkg.folder / ASSEMBLY}", f"-out:{program}", source)
    return program


def expected_output():
    return f"{ARRIVED}{package.VERSION} with {package.VERSION}\n"


def a_program_runs_on_mono(nupkg):
    """Mono knows nothing of a package: the files lie beside the program."""
    folder = nupkg.scratch / "mono"
    folder.mkdir()
    library = nupkg.folder / "runtimes/linux-x64/native/librealvirtual_ws.so"
    for file in (compiled(nupkg), nupkg.folder / ASSEMBLY, library):
        shutil.copy(file, folder)
    equal(run("mono", folder / "Program.exe", env=clean(LD_LIBRARY_PATH=str(folder))), expected_output(), "on Mono")
    return "a program on Mono"


def clean(**more):
    ours = ("LD_LIBRARY_PATH", "REALVIRTUAL_WS_LIBRARY")
    others = {name: value for name, value in os.environ.items() if name not in ours}
    return {**others, "DOTNET_CLI_TELEMETRY_OPTOUT": "1", **more}


def dotnet():
    found = sorted((ROOT / ".venv").glob("lib/python*/site-packages/dotnetcore2/bin/dotnet"))
    return found[0] if found else None


def restored(nupkg):
    """What NuGet's restore and the SDK write down for the host."""
    framework = ".NETCoreApp,Version=v3.1"
    key = f"RealvirtualWs/{package.VERSION}"
    natives = {name: {"rid": identifier, "assetType": "native"} for name, identifier in NATIVE.items()}
    program = {"dependencies": {"RealvirtualWs": package.VERSION}, "runtime": {"Program.exe": {}}}
    return {
        "runtimeTarget": {"name": framework},
        "targets": {framework: {"Program/1.0.0": program, key: {"runtime": {ASSEMBLY: {}}, "runtimeTargets": natives}}},
        "libraries": {
            "Program/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
            key: {"type": "package", "serviceable": True, "sha512": "", "path": f"realvirtualws/{package.VERSION}"},
        },
    }


def a_program_runs_on_dotnet_core(nupkg):
    """The host takes the assembly and this platform's library out of the cache, from the folders of the package."""
    host = dotnet()
    if host is None:
        return "skipped: .NET Core: there is no wheel dotnetcore2 for this machine"
    configuration, dependencies = nupkg.work / "Program.runtimeconfig.json", nupkg.work / "Program.deps.json"
    options = {
        "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
        "configProperties": {"System.Globalization.Invariant": True},
    }
    configuration.write_text(json.dumps({"runtimeOptions": options}))
    dependencies.write_text(json.dumps(restored(nupkg)))
    command = [host, "exec", "--runtimeconfig", configuration, "--depsfile", dependencies]
    command += ["--additionalprobingpath", nupkg.cache, compiled(nupkg)]
    equal(run(*command, env=clean()), expected_output(), "on .NET Core")
    return "a program on .NET Core 3.1 through the cache"


def its_assembly_needs_nothing_else(nupkg):
    """Its references, read by Mono's reflection."""
    source = nupkg.work / "References.cs"
    source.write_text(
        "class References { static void Main(string[] a) {"
        " foreach (var name in System.Reflection.Assembly.LoadFrom(a[0]).GetReferencedAssemblies())"
        " System.Console.WriteLine(name.Name); } }"
    )
    run("mcs", "-nologo", f"-out:{nupkg.work / 'References.exe'}", source)
    found = set(run("mono", nupkg.work / "References.exe", nupkg.folder / ASSEMBLY).split())
    expect(found and found <= ASSEMBLIES, f"it needs {sorted(found - ASSEMBLIES)}")
    return "references " + ", ".join(sorted(found))


STEPS = (
    its_parts_have_names_and_types,
    its_manifest_says_what_is_inside,
    its_assembly_needs_nothing_else,
    a_program_runs_on_mono,
    a_program_runs_on_dotnet_core,
)

"""Puts the NuGet package together as `dotnet pack` lays it out, without .NET's SDK: a zip by the rules of Open
Packaging Conventions, with the assembly in lib/netstandard2.0 and each platform's library in runtimes/<rid>/native.

Mono's compiler makes the assembly, so it names mscorlib and System where the SDK's would name netstandard. Those two
stand for the same types in every .NET, and the assembly runs on .NET Framework, Mono and .NET Core. What was tried to
have it name netstandard, and why it does not, stands in docs/RELEASING.md.
"""

import hashlib
import re
import shutil
import struct
import subprocess
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import archives

ROOT = archives.ROOT
CSHARP = ROOT / "bindings" / "csharp"
AUTHORS = "the realvirtual-ws authors"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
NUSPEC = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"
TYPES = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "psmdcp": "application/vnd.openxmlformats-package.core-properties+xml",
}
ANY = "application/octet"


def properties():
    """What the project file says of the package: {"PackageId": "RealvirtualWs", …}."""
    groups = xml.parse(CSHARP / "RealvirtualWs.csproj").getroot().findall("PropertyGroup")
    return {entry.tag: (entry.text or "").strip() for group in groups for entry in group}


def with_own_id(data):
    """The assembly with a module id that follows from its content, where the compiler has put a random one."""
    root = data.index(b"BSJB")
    (length,) = struct.unpack_from("<I", data, root + 12)
    at = root + 16 + length
    (streams,) = struct.unpack_from("<H", data, at + 2)
    at += 4
    for _ in range(streams):
        offset, _ = struct.unpack_from("<II", data, at)
        name = data[at + 8 : data.index(b"\0", at + 8)]
        if name == b"#GUID":
            start = root + offset
            # The compiler's date of the file as well.
            (header,) = struct.unpack_from("<I", data, 0x3C)
            blank = bytearray(data)
            blank[start : start + 16] = bytes(16)
            blank[header + 8 : header + 12] = bytes(4)
            blank[start : start + 16] = hashlib.sha256(blank).digest()[:16]
            return bytes(blank)
        at += 8 + (len(name) // 4 + 1) * 4
    raise ValueError("the assembly has no #GUID stream")


def compile_assembly(folder, about):
    """RealvirtualWs.dll and its documentation, RealvirtualWs.xml, into a folder."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="nuget-") as scratch:
        version = about["Version"]
        information = Path(scratch) / "AssemblyInfo.cs"
        attributes = {
            "Title": about["PackageId"],
            "Version": version + ".0",
            "FileVersion": version + ".0",
            "InformationalVersion": version,
        }
        lines = [f'[assembly: System.Reflection.Assembly{name}("{text}")]' for name, text in attributes.items()]
        information.write_text("\n".join(lines) + "\n")
        assembly = folder / "RealvirtualWs.dll"
        sources = sorted((CSHARP / "src").rglob("*.cs"))
        command = ["mcs", "-nologo", "-langversion:7.2", "-unsafe", "-optimize+", "-warn:4", "-warnaserror"]
        command += ["-target:library", f"-out:{assembly}", f"-doc:{assembly.with_suffix('.xml')}", *sources, information]
        subprocess.run([str(word) for word in command], check=True)
        assembly.write_bytes(with_own_id(assembly.read_bytes()))


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(about):
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="{NUSPEC}">
  <metadata>
    <id>{about['PackageId']}</id>
    <version>{about['Version']}</version>
    <authors>{AUTHORS}</authors>
    <license type="expression">{about['PackageLicenseExpression']}</license>
    <readme>{about['PackageReadmeFile']}</readme>
    <description>{escape(about['Description'])}</description>
    <dependencies>
      <group targetFramework=".NETStandard2.0" />
    </dependencies>
  </metadata>
</package>
"""


def core_properties(about):
    return f"""<?xml version="1.0" encoding="utf-8"?>
<coreProperties xmlns="{CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:creator>{AUTHORS}</dc:creator>
  <dc:description>{escape(about['Description'])}</dc:description>
  <dc:identifier>{about['PackageId']}</dc:identifier>
  <version>{about['Version']}</version>
</coreProperties>
"""


def content_types(names):
    """One type for each suffix, and for each part that has none."""
    suffixes = {name.rsplit(".", 1)[1] for name in names if re.search(r"\.[^./]+$", name)}
    bare = [name for name in names if not re.search(r"\.[^./]+$", name)]
    known = sorted(suffixes | set(TYPES))
    lines = [f'  <Default Extension="{suffix}" ContentType="{TYPES.get(suffix, ANY)}" />' for suffix in known]
    lines += [f'  <Override PartName={quoteattr("/" + name)} ContentType="{ANY}" />' for name in sorted(bare)]
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="{CONTENT_TYPES}">\n{body}\n</Types>\n'


def relationships(targets):
    lines = [
        f'  <Relationship Type="{kind}" Target="/{target}" Id="R{digest(target)[:16].upper()}" />'
        for kind, target in targets.items()
    ]
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Relationships xmlns="{RELATIONSHIPS}">\n{body}\n</Relationships>\n'


def pack(natives, licences, dist):
    """Writes the package into `dist`. `natives`: {runtime identifier: library}; `licences`: the third parties' file."""
    about = properties()
    with tempfile.TemporaryDirectory(prefix="nuget-") as scratch:
        folder = Path(scratch)
        compile_assembly(folder / "lib" / "netstandard2.0", about)
        for identifier, library in natives.items():
            place = folder / "runtimes" / identifier / "native"
            place.mkdir(parents=True)
            shutil.copyfile(library, place / library.name)
        for source in (CSHARP / about["PackageReadmeFile"], ROOT / "LICENSE-MIT", ROOT / "LICENSE-APACHE", licences):
            shutil.copyfile(source, folder / source.name)
        specification = f"{about['PackageId']}.nuspec"
        (folder / specification).write_text(manifest(about))
        core = f"package/services/metadata/core-properties/{digest(manifest(about))[:32]}.psmdcp"
        (folder / core).parent.mkdir(parents=True)
        (folder / core).write_text(core_properties(about))
        names = [name for name, _ in archives.entries(folder)]
        (folder / "_rels").mkdir()
        (folder / "_rels" / ".rels").write_text(
            relationships(
                {
                    "http://schemas.microsoft.com/packaging/2010/07/manifest": specification,
                    f"{RELATIONSHIPS}/metadata/core-properties": core,
                }
            )
        )
        (folder / "[Content_Types].xml").write_text(content_types(names))
        file = dist / f"{about['PackageId']}.{about['Version']}.nupkg"
        archives.zipped(folder, file)
    return file

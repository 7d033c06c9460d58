"""The archive of a platform, unpacked and used as C programs and people at a prompt use it."""

import os
import shutil
import stat

import package
from binaries import Elf, machine_paths
from checks import ARRIVED, NOT_RUN, ROOT, equal, expect, names, run, third_parties_are_named, unpack
from platforms import PLATFORMS

PROGRAM = ROOT / "tests" / "consumers" / "program.c"
GLIBC = (2, 28)
COMMON = {
    "README.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "THIRD-PARTY-LICENSES",
    "include/realvirtual_ws.h",
    "include/realvirtual_ws.hpp",
    "lib/librealvirtual_ws.a",
    "lib/pkgconfig/realvirtual-ws.pc",
    "lib/cmake/realvirtual_ws/realvirtual_ws-config.cmake",
    "lib/cmake/realvirtual_ws/realvirtual_ws-config-version.cmake",
    *(f"share/doc/realvirtual-ws/{name}" for name in ("README.md", "CHANGELOG.md", "ABI.md", "OPERATIONS.md")),
    *(f"share/doc/realvirtual-ws/LICENSE-{name}" for name in ("MIT", "APACHE")),
}
LINUX = {
    "bin/rvws",
    "lib/librealvirtual_ws.so",
    "lib/librealvirtual_ws.so.0",
    f"lib/librealvirtual_ws.so.{package.VERSION}",
    "share/man/man1/rvws.1",
    "share/bash-completion/completions/rvws",
    "share/zsh/site-functions/_rvws",
    "share/fish/vendor_completions.d/rvws.fish",
}
WINDOWS = {"bin/rvws.exe", "bin/realvirtual_ws.dll", "lib/realvirtual_ws.lib", "lib/librealvirtual_ws.dll.a"}


class Unpacked:
    """An archive in an empty folder, and what compiles and runs programs for its platform here."""

    def __init__(self, name, file, scratch):
        self.platform = next(platform for platform in PLATFORMS if platform.name == name)
        self.windows = bool(self.platform.suffix)
        self.folder = unpack(file, scratch / name) / f"realvirtual-ws-{package.VERSION}-{name}"
        self.work = scratch / f"{name}-work"
        self.work.mkdir()
        # What links a program statically besides what the package says: zig brings no unwinder, GCC does.
        self.unwinder = []
        if name == "linux-x64":
            self.compiler = shutil.which(os.environ.get("CC", "cc"))
        elif self.windows:
            self.compiler = shutil.which(self.platform.compiler[0])
        else:
            self.compiler = self.script("cc", self.platform.compiler)
            self.unwinder = ["-lunwind"]
        if self.windows:
            # Wine lacks a part of Windows that Rust's standard library needs. It is never shipped.
            shim = ROOT / "tests" / "platforms" / "bcryptprimitives.c"
            run(self.compiler, "-shared", shim, "-o", self.work / "bcryptprimitives.dll", "-ladvapi32")

    def script(self, name, command):
        """A command as the one file that CMake asks for."""
        file = self.work / name
        file.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in command) + ' "$@"\n')
        file.chmod(0o755)
        return file

    def run(self, program, *arguments):
        if self.windows:
            beside = program.parent
            for library in (self.work / "bcryptprimitives.dll", self.folder / "bin" / "realvirtual_ws.dll"):
                if not (beside / library.name).exists():
                    shutil.copy(library, beside)
        return run(*self.platform.runner, program, *arguments, env=self.platform.variables())

    def flags(self, *words):
        # It finds this package and no other.
        environment = {**os.environ, "PKG_CONFIG_LIBDIR": str(self.folder / "lib" / "pkgconfig")}
        environment.pop("PKG_CONFIG_PATH", None)
        return run("pkg-config", *words, "realvirtual-ws", env=environment).split()


def it_has_what_belongs_into_it(unpacked):
    equal(names(unpacked.folder) ^ (COMMON | (WINDOWS if unpacked.windows else LINUX)), set(), "files")
    equal([path.name for path in unpacked.folder.parent.iterdir()], [unpacked.folder.name], "folders at the top")
    for name in ("realvirtual_ws.h", "realvirtual_ws.hpp"):
        equal((unpacked.folder / "include" / name).read_bytes(), (ROOT / "include" / name).read_bytes(), name)
    if not unpacked.windows:
        links = {name: os.readlink(unpacked.folder / "lib" / name) for name in sorted(LINUX_LINKS)}
        equal(links, LINUX_LINKS, "links")
        expect((unpacked.folder / "bin" / "rvws").stat().st_mode & stat.S_IXUSR, "rvws is not to be run")


LINUX_LINKS = {
    "librealvirtual_ws.so": "librealvirtual_ws.so.0",
    "librealvirtual_ws.so.0": f"librealvirtual_ws.so.{package.VERSION}",
}


def it_says_where_it_was_run(unpacked):
    text = (unpacked.folder / "README.md").read_text()
    was_run = package.PLATFORMS[unpacked.platform.name][2]
    expect(NOT_RUN in text and was_run in text, "its README does not say where it was run")
    expect("@" not in text, "its README has an open place")


def it_names_the_third_parties(unpacked):
    crates = third_parties_are_named(unpacked.folder, [unpacked.platform.target])
    return f"licences of {crates} crates"


def its_tool_runs(unpacked):
    tool = unpacked.folder / "bin" / ("rvws" + unpacked.platform.suffix)
    equal(machine_paths(tool)[:3], [], "paths of this machine in rvws")
    foreign = unpacked.platform.reader(tool).imports() - unpacked.platform.imports
    equal(foreign, set(), "what rvws needs that not every such system has")
    equal(unpacked.run(tool, "--version"), f"rvws {package.VERSION}\n", "rvws --version")
    if not unpacked.windows:
        expect(Elf(tool).glibc() <= GLIBC, f"rvws needs glibc {Elf(tool).glibc()}")
        # The pages were printed by the tool of another platform: they are this one's all the same.
        equal((unpacked.folder / "share/man/man1/rvws.1").read_text(), unpacked.run(tool, "man"), "the man page")
    return "rvws"


def compiled(unpacked, name, *link):
    output = unpacked.work / (name + unpacked.platform.suffix)
    run(unpacked.compiler, "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", PROGRAM, "-o", output, *link)
    equal(unpacked.run(output), ARRIVED, name)


def a_program_finds_it_with_pkg_config(unpacked):
    include = unpacked.flags("--cflags")
    compiled(unpacked, "shared", *include, *unpacked.flags("--libs"), f"-Wl,-rpath,{unpacked.folder / 'lib'}")
    private = [word for word in unpacked.flags("--static", "--libs") if word not in unpacked.flags("--libs")]
    library = unpacked.folder / "lib" / "librealvirtual_ws.a"
    compiled(unpacked, "static", *include, "-DRV_STATIC", library, *private, *unpacked.unwinder)
    if unpacked.windows:
        compiled(unpacked, "microsoft", *include, unpacked.folder / "lib" / "realvirtual_ws.lib")
    return "a C program with pkg-config, shared and static"


def a_project_finds_it_with_cmake(unpacked):
    build = unpacked.work / "cmake"
    options = [f"-DCMAKE_C_COMPILER={unpacked.compiler}", f"-DCMAKE_PREFIX_PATH={unpacked.folder}"]
    options += [f"-DVERSION={package.VERSION}", f"-DPROGRAM={PROGRAM}"]
    if unpacked.platform.name != "linux-x64":
        system, processor = ("Windows", "AMD64") if unpacked.windows else ("Linux", "aarch64")
        options += [f"-DCMAKE_SYSTEM_NAME={system}", f"-DCMAKE_SYSTEM_PROCESSOR={processor}"]
    if unpacked.unwinder:
        options.append(f"-DCMAKE_C_STANDARD_LIBRARIES={' '.join(unpacked.unwinder)}")
    run("cmake", "-S", ROOT / "tests" / "packages", "-B", build, *options)
    run("cmake", "--build", build)
    for library in ("shared", "static"):
        equal(unpacked.run(build / f"program_{library}{unpacked.platform.suffix}"), ARRIVED, f"CMake, {library}")
    return "with CMake"


STEPS = (
    it_has_what_belongs_into_it,
    it_says_where_it_was_run,
    it_names_the_third_parties,
    its_tool_runs,
    a_program_finds_it_with_pkg_config,
    a_project_finds_it_with_cmake,
)

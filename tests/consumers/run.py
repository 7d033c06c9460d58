"""Installs the library into scratch directories and uses it there as other projects do: with pkg-config, with CMake,
shared and static, in C99, C++11 and C++20. Each program exchanges a value over a socket. The command line tool is
installed with it, and works from there.

  run.py LIBRARY_DIR      where the built library and tool are; needs cc, c++, cmake, pkg-config, readelf. Linux.

It ends with a line `consumers: N passed, N failed`.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "consumers"
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
STRICT_CPP = [*STRICT, "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wold-style-cast", "-Wnon-virtual-dtor"]
CC = os.environ.get("CC", "cc")
CXX = os.environ.get("CXX", "c++")
ARRIVED = "Speed = 12.5\n"

library_dir = Path(sys.argv[1]).resolve()
header = (ROOT / "include" / "realvirtual_ws.h").read_text()
version = ".".join(re.search(rf"RV_VERSION_{part} (\d+)", header).group(1) for part in ("MAJOR", "MINOR", "PATCH"))
counts = {"passed": 0, "failed": 0}


class Failed(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failed(what)


def run(*command, **options):
    """What a command prints; one that fails or does not end is a failed test."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=180, **options)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(words)}: no end after 180 s") from None
    if done.returncode != 0:
        raise Failed(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def test(name, function, *arguments):
    try:
        function(*arguments)
        counts["passed"] += 1
    except Failed as failure:
        counts["failed"] += 1
        print(f"FAILED {name}: {failure}", file=sys.stderr)


def make_env():
    """For a make of our own: without what an outer one, or whoever called it, has set."""
    outer = "MAKEFLAGS MFLAGS MAKELEVEL PREFIX prefix DESTDIR LIBRARY_DIR".split()
    outer += "bindir libdir includedir datarootdir mandir docdir".split()
    return {name: value for name, value in os.environ.items() if name not in outer}


def make(*words):
    return run("make", "--silent", "-C", ROOT, *words, env=make_env())


def files(directory):
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if not path.is_dir() or path.is_symlink()}


def needed(program):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", program))


# What comes with the tool.
TOOL = {
    "bin/rvws",
    "share/man/man1/rvws.1",
    "share/bash-completion/completions/rvws",
    "share/zsh/site-functions/_rvws",
    "share/fish/vendor_completions.d/rvws.fish",
}


class Installed:
    """An installation as programs find it."""

    def __init__(self, prefix, libdir):
        self.prefix, self.libdir = prefix, libdir
        self.env = {**os.environ, "PKG_CONFIG_PATH": str(libdir / "pkgconfig")}

    def flags(self, *words):
        return run("pkg-config", *words, "realvirtual-ws", env=self.env).split()

    def compile(self, compiler, standard, source, out, strict, *link):
        run(compiler, standard, *strict, source, "-o", out, *self.flags("--cflags"), *link)

    def shared(self):
        return [*self.flags("--libs"), f"-Wl,-rpath,{self.libdir}"]


def runs_shared(program):
    expect("librealvirtual_ws.so.0" in needed(program), f"{program} needs {needed(program)}")
    expect(run(program) == ARRIVED, "the value did not arrive")


def runs_static(program):
    expect(not any("realvirtual" in name for name in needed(program)), f"{program} needs {needed(program)}")
    expect(run(program) == ARRIVED, "the value did not arrive")


def the_installation_is_complete(installed):
    libdir = installed.libdir.relative_to(installed.prefix)
    expected = {
        "include/realvirtual_ws.h",
        "include/realvirtual_ws.hpp",
        f"{libdir}/librealvirtual_ws.a",
        f"{libdir}/librealvirtual_ws.so",
        f"{libdir}/librealvirtual_ws.so.0",
        f"{libdir}/librealvirtual_ws.so.{version}",
        f"{libdir}/pkgconfig/realvirtual-ws.pc",
        f"{libdir}/cmake/realvirtual_ws/realvirtual_ws-config.cmake",
        f"{libdir}/cmake/realvirtual_ws/realvirtual_ws-config-version.cmake",
        *(f"share/doc/realvirtual-ws/{name}.md" for name in ("README", "CHANGELOG", "ABI", "OPERATIONS")),
        *(f"share/doc/realvirtual-ws/LICENSE-{name}" for name in ("MIT", "APACHE")),
        *TOOL,
    }
    found = files(installed.prefix)
    expect(found == expected, f"missing {expected - found}, too many {found - expected}")
    for name in ("librealvirtual_ws.so", "librealvirtual_ws.so.0"):
        link = installed.libdir / name
        expect(link.is_symlink() and not os.path.isabs(os.readlink(link)), f"{name} is no relative link")
        expect(link.resolve().name == f"librealvirtual_ws.so.{version}", f"{name} leads to {link.resolve()}")
    for path in (name for name in found if name.endswith((".pc", ".cmake"))):
        text = (installed.prefix / path).read_text()
        expect(str(installed.prefix) not in text and "@" not in text, f"{path}:\n{text}")
    expect(installed.flags("--modversion") == [version], "pkg-config tells another version")
    for path in (installed.prefix / name for name in found if name.endswith(".md")):
        for link in re.findall(r"\]\(([^)]+)\)", path.read_text()):
            expect("://" in link or (path.parent / link).exists(), f"{path.name} has a link to {link}")
    readme = (installed.prefix / "share/doc/realvirtual-ws/README.md").read_text()
    expect("[docs/ABI.md](ABI.md)" in readme and "docs/CROSS.md has the other" in readme, "the README's links")


def pkg_config_shared_c99(installed, scratch):
    program = scratch / "c99"
    installed.compile(CC, "-std=c99", HERE / "program.c", program, STRICT, *installed.shared())
    runs_shared(program)


def pkg_config_static(installed, scratch):
    program = scratch / "static"
    libraries = installed.flags("--libs", "--static")
    installed.compile(CC, "-std=c99", HERE / "program.c", program, STRICT, "-static", *libraries)
    runs_static(program)


def the_archive_by_its_path(installed, scratch):
    program = scratch / "archive"
    archive = Path(installed.flags("--variable=libdir")[0]) / "librealvirtual_ws.a"
    installed.compile(CC, "-std=c99", HERE / "program.c", program, STRICT, archive, "-lpthread", "-ldl", "-lm")
    runs_static(program)
    expect(needed(program), "the rest is linked as usual")


def pkg_config_cpp(installed, scratch, standard):
    program = scratch / standard
    installed.compile(CXX, f"-std={standard}", HERE / "program.cpp", program, STRICT_CPP, *installed.shared())
    runs_shared(program)


def the_example_counts_a_part(installed, scratch):
    example, simulation = scratch / "quickstart", scratch / "c++11"
    source = ROOT / "examples" / "cpp" / "quickstart.cpp"
    installed.compile(CXX, "-std=c++11", source, example, STRICT_CPP, *installed.shared())
    gateway = subprocess.Popen([example, "0"], stdout=subprocess.PIPE, text=True)
    try:
        port = re.search(r"port (\d+)", gateway.stdout.readline()).group(1)
        expect(run(simulation, port) == "PartsOut = 1, Motor = 0.5\n", "the part was not counted")
        joined = gateway.stdout.readline()
        expect("realvirtual-ws" in joined, f"the gateway says {joined}")
    finally:
        gateway.kill()
        gateway.communicate()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = subprocess.run(
            [example, str(taken.getsockname()[1])], stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    expect(refused.returncode == 1 and "RV_ERR_PORT_IN_USE" in refused.stderr, f"a taken port: {refused}")


def the_c_examples(installed, scratch):
    link = [*installed.shared(), "-pthread"]
    for source in sorted((ROOT / "examples" / "c").glob("*.c")):
        installed.compile(CC, "-std=c99", source, scratch / source.stem, STRICT, *link)
        expect("librealvirtual_ws.so.0" in needed(scratch / source.stem), f"{source.stem} does not need the library")
    said = run(scratch / "gateway", "--port", "0", "--seconds", "0.1")
    expect("listening" in said, f"the gateway says {said}")
    modbus = sorted((ROOT / "examples" / "gateway-modbus").glob("*.c"))
    packages = run("pkg-config", "--cflags", "--libs", "libmodbus", "jansson").split()
    program = scratch / "gateway-modbus"
    run(CC, "-std=c99", *STRICT, *modbus, "-o", program, *installed.flags("--cflags"), *link, *packages, "-lm")
    said = run(program, "--check", ROOT / "examples" / "gateway-modbus" / "conveyor.json")
    expect("12 signals" in said, f"gateway-modbus says {said}")


def cmake_shared_and_static(installed, scratch):
    build = scratch / "cmake"
    major, minor, patch = (int(part) for part in version.split("."))
    unmet = [f"{major}.{minor}.{patch + 1}", f"{major}.{minor + 1}", f"{major + 1}.0"]
    run(
        "cmake",
        "-S", HERE,
        "-B", build,
        f"-DCMAKE_PREFIX_PATH={installed.prefix}",
        f"-DVERSION={version}",
        f"-DUNMET={';'.join(unmet)}",
    )
    run("cmake", "--build", build)
    for language in ("c", "cpp"):
        runs_shared(build / f"{language}_shared")
        runs_static(build / f"{language}_static")


def the_tool_works(installed):
    tool = installed.prefix / "bin" / "rvws"
    expect(not any("realvirtual" in name for name in needed(tool)), f"{tool} needs {needed(tool)}")
    expect(run(tool, "--version") == f"rvws {version}\n", "the tool is of another version")
    share = installed.prefix / "share"
    expect((share / "man/man1/rvws.1").read_text() == run(tool, "man"), "the man page is another tool's")
    # Bash loads the file when it first completes the command, and asks the function in it.
    complete = """. "$1"; COMP_WORDS=(rvws mir); COMP_CWORD=1; $(complete -p rvws | sed 's/.*-F \\([^ ]*\\).*/\\1/') rvws mir rvws
        echo "${COMPREPLY[@]}" """
    found = run("bash", "-c", complete, "bash", share / "bash-completion/completions/rvws")
    expect(found == "mirror\n", f"rvws mir<Tab> gives {found!r}")
    shells = (("zsh", "zsh/site-functions/_rvws"), ("fish", "fish/vendor_completions.d/rvws.fish"))
    for shell, file in shells:
        expect("mirror" in (share / file).read_text(), f"{file} lacks a command")
        if shutil.which(shell):
            run(shell, "-n", share / file)


def without_the_tool(scratch):
    """A library that was built without it is installed all the same, and the installation says what is missing."""
    bare, prefix = scratch / "bare", scratch / "bare-prefix"
    bare.mkdir()
    for name in ("librealvirtual_ws.so", "librealvirtual_ws.a"):
        (bare / name).symlink_to(library_dir / name)
    words = [f"prefix={prefix}", f"LIBRARY_DIR={bare}"]
    said = make("install", *words)
    expect(f"there is no {bare}/rvws" in said, f"it says {said!r}")
    expect(not files(prefix) & TOOL and "lib/librealvirtual_ws.so" in files(prefix), f"it installs {files(prefix)}")
    # One for another machine is a file like any other, but cannot print its own pages.
    (bare / "rvws").write_bytes(b"\x7fELF of another machine")
    said = make("install", *words)
    expect("does not run" in said, f"it says {said!r}")
    expect(files(prefix) & TOOL == {"bin/rvws"}, f"it installs {files(prefix)}")
    nothing_is_left(prefix, *words)


def nothing_outside_the_stage(installed, stage):
    below = installed.prefix.relative_to(stage)
    expect(all(Path(name).is_relative_to(below) for name in files(stage)), f"files outside {below}: {files(stage)}")
    expect(not Path("/", below).exists(), f"there is a /{below}: an installation with DESTDIR must not make it")


def nothing_is_left(root, *words):
    make("uninstall", *words)
    expect(not files(root), f"uninstall leaves {files(root)}")
    prefix = next(Path(word.split("=")[1]) for word in words if word.startswith("prefix="))
    left = root if prefix == root else root / str(prefix)[1:]
    expect(not left.exists(), f"uninstall leaves {[str(path) for path in left.rglob('*')] or left}")


def what_is_someone_elses_stays(scratch):
    prefix = scratch / "shared"
    other = prefix / "lib" / "pkgconfig" / "other.pc"
    other.parent.mkdir(parents=True)
    other.touch()
    words = [f"prefix={prefix}", f"docdir={prefix}/share/doc/rv"]
    make("install", *words, f"LIBRARY_DIR={library_dir}")
    make("uninstall", *words)
    expect(files(prefix) == {"lib/pkgconfig/other.pc"}, f"there is {files(prefix)}")
    expect(not (prefix / "include").exists() and not (prefix / "share").exists(), "directories of ours are left")


def main():
    with tempfile.TemporaryDirectory(prefix="consumers-") as name:
        scratch = Path(name)

        # As a user: into a prefix of their own, which is moved afterwards.
        first, prefix = scratch / "first", scratch / "prefix"
        make("install", f"PREFIX={first}", f"LIBRARY_DIR={library_dir}")
        first.rename(prefix)
        user = Installed(prefix, prefix / "lib")
        test("the installation is complete", the_installation_is_complete, user)
        test("the tool", the_tool_works, user)
        test("without the tool", without_the_tool, scratch)
        test("pkg-config, shared, C99", pkg_config_shared_c99, user, scratch)
        test("pkg-config --static, C99", pkg_config_static, user, scratch)
        test("the archive by its path, C99", the_archive_by_its_path, user, scratch)
        for standard in ("c++11", "c++20"):
            test(f"pkg-config, shared, {standard}", pkg_config_cpp, user, scratch, standard)
        test("the C examples", the_c_examples, user, scratch)
        test("the C++ example", the_example_counts_a_part, user, scratch)
        test("uninstall", nothing_is_left, prefix, f"prefix={prefix}")

        # As a packager: staged, with the distribution's libdir, and used where it was staged.
        stage, target = scratch / "stage", "/opt/consumers-test"
        libdir = "lib/" + (run(CC, "-print-multiarch").strip() or ".")
        words = [f"prefix={target}", f"libdir={target}/{libdir}", f"DESTDIR={stage}"]
        make("install", *words, f"LIBRARY_DIR={library_dir}")
        package = Installed(stage / target[1:], stage / target[1:] / libdir)
        test("the stage is complete", the_installation_is_complete, package)
        test("nothing outside the stage", nothing_outside_the_stage, package, stage)
        test("CMake, shared and static", cmake_shared_and_static, package, scratch)
        test("uninstall beside others", what_is_someone_elses_stays, scratch)
        test("uninstall of the stage", nothing_is_left, stage, *words)
    print(f"consumers: {counts['passed']} passed, {counts['failed']} failed")
    sys.exit(counts["failed"] > 0)


main()

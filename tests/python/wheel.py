"""A wheel as a user gets it: into a new virtual environment outside the tree, without anything of the tree.

    wheel.py DIST     where `make wheel` has put it; or a wheel itself

`make test-wheel` runs it with the release, `make test-consumers` with the tested build; the interpreter has pytest.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(r'(?m)^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text()).group(1)

# The user's program, and where it must have found everything.
PROGRAM = """
import importlib.metadata, pathlib, sys
import realvirtual_ws as rv

site = pathlib.Path(sys.prefix).resolve()
assert site in pathlib.Path(rv.__file__).resolve().parents, rv.__file__
with rv.Server(port=0) as server, rv.Client(port=server.port) as client:
    motor = server.add_float("Motor", rv.Direction.OUTPUT)
    client.wait_connected(10)
    client.import_signals(10)
    client["Motor"].value = 12.5
    server.wait_for(motor, lambda value: value == 12.5, timeout=10)
maps = pathlib.Path("/proc/self/maps").read_text()
assert str(site) in [line for line in maps.splitlines() if "librealvirtual_ws" in line][0]
print(rv.__version__, rv.library_version(), importlib.metadata.version("realvirtual-ws"))
"""


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def run(*command, **options):
    found = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        **options,
    )
    expect(found.returncode == 0, f"{command[0]} ended with {found.returncode}:\n{found.stdout}")
    return found.stdout


class Installed:
    """A new virtual environment with the wheel, in a folder outside the tree."""

    def __init__(self, folder):
        self.wheel = find_wheel()
        self.folder = Path(folder)
        run(sys.executable, "-m", "venv", self.folder / "venv")
        self.python = self.folder / "venv" / "bin" / "python"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "REALVIRTUAL_WS_LIBRARY", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
        }
        self.run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", self.wheel)

    def run(self, *arguments, **more):
        return run(self.python, *arguments, cwd=self.folder, env={**self.environment, **more})


def find_wheel():
    dist = Path(sys.argv[1]).resolve()
    if dist.is_file():
        return dist
    wheels = sorted(dist.glob(f"realvirtual_ws-{VERSION}-*.whl"))
    expect(len(wheels) == 1, f"one wheel of {VERSION} in {dist}, not {[wheel.name for wheel in wheels]}: run `make wheel`")
    return wheels[0]


def its_name_says_what_it_needs(installed):
    """The tag's glibc is the newest that the library's symbols name, read here with another tool than the build's."""
    found = re.fullmatch(rf"realvirtual_ws-{re.escape(VERSION)}-py3-none-(\w+)\.whl", installed.wheel.name)
    expect(found, installed.wheel.name)
    (library,) = installed.folder.glob("venv/lib/python*/site-packages/realvirtual_ws/librealvirtual_ws.so")
    needed = run("readelf", "--version-info", "--wide", library)
    newest = max((int(major), int(minor)) for major, minor in re.findall(r"GLIBC_(\d+)\.(\d+)", needed))
    machine = sysconfig.get_platform().split("-", 1)[1]
    expect(found.group(1) == f"manylinux_{newest[0]}_{newest[1]}_{machine}", f"{found.group(1)}, but it needs {newest}")
    # PEP 600: nothing else from outside than what every such system has.
    libraries = set(re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "--dynamic", "--wide", library)))
    allowed = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libgcc_s.so.1"}
    allowed |= {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
    expect(libraries <= allowed, f"it needs {libraries - allowed}")


def it_has_all_it_needs_inside(installed):
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(f"realvirtual_ws-{VERSION}.dist-info/METADATA").decode()
    packed = {f"realvirtual_ws/{path.name}" for path in (ROOT / "bindings/python/realvirtual_ws").glob("*.py")}
    packed |= {"realvirtual_ws/py.typed", "realvirtual_ws/librealvirtual_ws.so"}
    inside = {name for name in names if not name.startswith(f"realvirtual_ws-{VERSION}.dist-info/")}
    expect(inside == packed, f"{inside ^ packed}")
    expect(any(name.endswith("LICENSE-MIT") for name in names), "no licence")
    expect("Requires-Dist" not in metadata, "it has dependencies")
    expect("Requires-Python: >=3.9" in metadata, metadata)
    expect("not run on: macOS, iOS, Android, Unity" in metadata, "the README is not in it")


def a_program_of_the_users_runs(installed):
    (installed.folder / "program.py").write_text(PROGRAM)
    expect(installed.run("program.py").split() == [VERSION] * 3, "versions differ")


def the_pytest_fixtures_are_there(installed):
    """pytest itself is the test interpreter's; that the plugin is found is the installed wheel's doing."""
    (installed.folder / "test_cell.py").write_text((ROOT / "examples/python/test_virtual_cell.py").read_text())
    output = installed.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_cell.py", PYTHONPATH=sysconfig.get_path("purelib")
    )
    expect(re.search(r"\d+ passed", output) and "failed" not in output, output)


def it_goes_without_a_trace(installed):
    installed.run("-m", "pip", "uninstall", "--quiet", "--disable-pip-version-check", "--yes", "realvirtual-ws")
    left = list(installed.folder.glob("venv/lib/python*/site-packages/realvirtual_ws*"))
    expect(not left, left)


TESTS = (
    its_name_says_what_it_needs,
    it_has_all_it_needs_inside,
    a_program_of_the_users_runs,
    the_pytest_fixtures_are_there,
    it_goes_without_a_trace,
)


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        installed = Installed(folder)
        for test in TESTS:
            try:
                test(installed)
            except Exception as error:
                failed += 1
                print(f"FAILED {test.__name__}: {type(error).__name__}: {error}")
    print(f"wheel: {len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Finding the library, versions, and what type checkers see."""

import os
import re
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

import realvirtual_ws as rv
from realvirtual_ws import _native

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "bindings" / "python" / "realvirtual_ws"


def load_with(path):
    """What a new interpreter says that is told to take the library from there."""
    return subprocess.run(
        [sys.executable, "-c", "import realvirtual_ws as rv; print(rv.library_version()); rv.Server(port=0).close()"],
        env={**os.environ, "REALVIRTUAL_WS_LIBRARY": str(path)},
        capture_output=True,
        text=True,
        timeout=30,
    )


def library_of(tmp_path, source):
    """A shared library of a few lines of C."""
    code, built = tmp_path / "library.c", tmp_path / "library.so"
    code.write_text(textwrap.dedent(source))
    subprocess.run(["cc", "-shared", "-fPIC", str(code), "-o", str(built)], check=True)
    return built


def test_the_versions_are_those_of_the_crate():
    crate = re.search(r'(?m)^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text()).group(1)
    assert rv.__version__ == rv.library_version() == crate


def test_a_missing_library_is_named_with_where_it_was_looked_for(tmp_path):
    found = load_with(tmp_path / "nothing.so")
    assert found.returncode == 1
    assert "was not found (named by REALVIRTUAL_WS_LIBRARY)" in found.stderr
    assert str(tmp_path / "nothing.so") in found.stderr


def test_it_is_looked_for_in_the_package_then_in_the_checkout_then_in_the_system(monkeypatch):
    monkeypatch.delenv("REALVIRTUAL_WS_LIBRARY")
    places = _native._candidates(None)
    assert places[0].startswith(str(PACKAGE))
    assert places[1].startswith(str(ROOT / "target" / "release"))
    assert places[2].startswith(str(ROOT / "target" / "debug"))
    assert os.path.dirname(places[-1]) == ""
    monkeypatch.setattr(_native, "_candidates", lambda path: ["/nowhere/a.so", "librv_that_is_not_there.so.0"])
    with pytest.raises(OSError) as caught:
        _native.load()
    assert "/nowhere/a.so" in str(caught.value)
    assert "librv_that_is_not_there.so.0, where this system looks" in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="LD_LIBRARY_PATH")
def test_a_library_of_the_system_is_found(tmp_path):
    installed = tmp_path / "librealvirtual_ws.so.0"
    installed.symlink_to(os.environ["REALVIRTUAL_WS_LIBRARY"])
    copy = tmp_path / "package" / "realvirtual_ws"
    copy.mkdir(parents=True)
    for source in PACKAGE.glob("*.py"):
        (copy / source.name).write_bytes(source.read_bytes())
    environment = {**os.environ, "PYTHONPATH": str(copy.parent), "LD_LIBRARY_PATH": str(tmp_path)}
    del environment["REALVIRTUAL_WS_LIBRARY"]
    found = subprocess.run(
        [sys.executable, "-c", "import realvirtual_ws as rv; print(rv.library_version(), rv.__file__)"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert found.stdout.split() == [rv.__version__, str(copy / "__init__.py")], found.stderr


def test_another_abi_names_both_versions(tmp_path):
    found = load_with(library_of(tmp_path, "unsigned rv_abi_version(void) { return 99; }"))
    assert f"has ABI version 99, but this Python package ({rv.__version__}) is for ABI version 1" in found.stderr


def test_an_older_library_names_both_versions_and_what_it_lacks(tmp_path):
    source = """
        unsigned rv_abi_version(void) { return 1; }
        const char *rv_version(void) { return "0.0.9"; }
    """
    found = load_with(library_of(tmp_path, source))
    assert "is realvirtual-ws 0.0.9, which is older" in found.stderr
    assert rv.__version__ in found.stderr and "rv_create" in found.stderr


def test_what_is_no_such_library_is_said(tmp_path):
    found = load_with(library_of(tmp_path, "int other(void) { return 0; }"))
    assert "is no realvirtual-ws library" in found.stderr


def test_everything_public_is_documented():
    for name in rv.__all__:
        found = getattr(rv, name)
        if name == "Value":
            continue
        assert (found.__doc__ or "").strip(), name
        if isinstance(found, type) and found.__module__.startswith("realvirtual_ws"):
            for member, value in vars(found).items():
                if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                    own = value.__doc__ or getattr(getattr(rv.Signal, member, None), "__doc__", None)
                    assert own, f"{name}.{member}"


USE = """
    from typing import Any, Dict, List
    from typing_extensions import assert_type
    import realvirtual_ws as rv

    with rv.Server(port=0, relay=False, allowed_origins=["https://a.example"]) as server:
        lamp = server.add_bool("Lamp", rv.Direction.INPUT, initial=True, comment="red")
        speed = server.add_float("Speed", fifo_depth=3)
        assert_type(lamp, rv.Signal[bool])
        assert_type(lamp.value, bool)
        assert_type(speed.value, float)
        assert_type(server["Lamp"], rv.Signal[Any])
        assert_type(server.wait_for(speed, lambda value: value > 1.0, timeout=5), float)
        assert_type(server.poll(), List[rv.Change])
        assert_type(server.get_values(), Dict[str, Any])
        lamp.value = False
        for change in server.changes():
            assert_type(change, rv.Change)

    async def main() -> None:
        async with rv.Client(port=1, tls=True) as client:
            assert_type(await client.import_signals_async(), rv.ImportReport)
            async for change in client.changes():
                assert_type(change.signal.kind, rv.Kind)
"""
MISUSE = """
    import realvirtual_ws as rv

    rv.Server(prot=1)  # error
    rv.Server(port="1")  # error
    rv.Client(relay=True)  # error
    server = rv.Server()
    server.add_bool("Lamp", initial="x")  # error
    server.add_int("Number", min_hold_ms=5)  # error
    server.add_bool("Lamp").value = "on"  # error
    server.subscribe(["a"])  # error
    rv.Client().clients()  # error
"""


def mypy(*arguments):
    return subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", os.devnull),
            *map(str, arguments),
        ],
        env={**os.environ, "MYPYPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_the_types_are_strict_and_say_what_is_wrong(tmp_path):
    use, misuse = tmp_path / "use.py", tmp_path / "misuse.py"
    use.write_text(textwrap.dedent(USE))
    misuse.write_text(textwrap.dedent(MISUSE))
    # What pytest itself imports may be written for a newer Python than the oldest that this package works on.
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\n[mypy-packaging.*]\nfollow_imports = skip\n")
    found = mypy("--config-file", settings, "--python-version", "3.9", PACKAGE, use, misuse)
    wrong = {int(line) for line in re.findall(r"misuse\.py:(\d+): error", found.stdout)}
    expected = {n for n, line in enumerate(textwrap.dedent(MISUSE).splitlines(), 1) if line.endswith("# error")}
    others = [line for line in found.stdout.splitlines() if "error" in line and "misuse.py" not in line]
    assert (others, wrong) == ([], expected), found.stdout


def log_of(level):
    """What the environment's RV_LOG makes two servers say."""
    program = "import realvirtual_ws as rv\nfor _ in 1, 2:\n    rv.Server(port=0).__enter__().close()"
    found = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "RV_LOG": level}, capture_output=True, text=True, timeout=30
    )
    assert found.returncode == 0, found.stderr
    return found.stderr.splitlines()


def test_the_log_tells_where_a_server_listens_and_of_a_level_that_is_none():
    listening = [line for line in log_of("info") if re.search(r"Info listening on 127\.0\.0\.1:\d+$", line)]
    assert len(listening) == 2
    (line,) = log_of("bogus")
    assert 'RV_LOG is "bogus"' in line and "error, warn, info or debug" in line
    assert not log_of("") and not log_of("error")

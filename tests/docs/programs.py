"""How the blocks of each language become something that runs, and what is asked of its run."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from blocks import Fault

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from ports import free_port  # noqa: E402

FRAMES = Path(__file__).resolve().parent / "frames"
# A checkout is everything but what was built or downloaded; and what only cargo looks at is no use here.
NOT_COPIED = {".git", "target", "dist", ".venv", "node_modules", "__pycache__", "Library"}
NOT_NEEDED = {"src", "build", "benches", "bench"}
SECONDS = 60  # for whatever ends by itself
WRAPPER = "bindings/csharp/src"
UNITY = "unity-sample/Packages/com.realvirtual-ws.unity/Runtime"
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]


def left_out(folder, names):
    return NOT_COPIED.union(NOT_NEEDED if Path(folder) == ROOT else ()).intersection(names)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def matches(wanted, line):
    """Whether a line is as wanted, where `...` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, wanted.split("..."))), line) is not None


def make_release(built, folder):
    """What stands for a release build: what the tests have built, the shared library as small as one."""
    for name in ("librealvirtual_ws.a", "rvws"):
        (folder / name).symlink_to(built / name)
    name = "librealvirtual_ws.so"
    subprocess.run(["strip", "-o", folder / name, built / name], check=True)


class Place:
    """A checkout of its own for the blocks of one chain, with this build in it, and a port of its own: what pages and
    examples call 7000. The Modbus gateway's PLC is on this machine, so that nothing of a test leaves it."""

    def __init__(self, folder, built, release):
        self.tree = folder / "tree"
        self.port = free_port()
        home = folder / "home"
        home.mkdir()
        shutil.copytree(ROOT, self.tree, symlinks=True, ignore=left_out)
        for name in ("examples", "bindings/csharp/samples"):
            for path in (self.tree / name).rglob("*.*"):
                if path.suffix in (".c", ".cpp", ".py", ".cs"):
                    path.write_text(self.local(path.read_text()))
        (self.tree / "target").mkdir()
        (self.tree / "target/debug").symlink_to(built)
        (self.tree / "target/release").symlink_to(release)
        if (ROOT / ".venv").is_dir():
            (self.tree / ".venv").symlink_to(ROOT / ".venv")
        # As a user has it, but for cargo, which has nothing left to do.
        kept = ("PATH", "LANG", "LC_ALL", "TERM", "CI", "CC", "CXX", "TMPDIR")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment["PATH"] = f"{built}{os.pathsep}{os.environ['PATH']}"
        self.environment.update(
            HOME=str(home), CARGO="true", LIBRARY_DIR=str(self.tree / "target/release"), DEMO_SECONDS="1",
            PYTHONUNBUFFERED="1", PIP_NO_INDEX="1", PIP_DISABLE_PIP_VERSION_CHECK="1",
        )  # fmt: skip
        self.library = built / "librealvirtual_ws.so"

    def local(self, text):
        return re.sub(r"\b7000\b", str(self.port), text).replace("192.168.0.10", "127.0.0.1")


class Running:
    """A program with its output, line by line."""

    def __init__(self, block, command, place, environment):
        self.block, self.lines = block, []
        self.process = subprocess.Popen(
            [str(word) for word in command],
            cwd=place.tree / block.options.get("in", "."),
            env=environment,
            stdin=subprocess.PIPE if block.language == "console" else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def fault(self, what):
        return Fault(f"{self.block}: {what}\n" + "\n".join(f"    {line}" for line in self.lines[-15:]))

    def until(self, met, what, seconds=SECONDS):
        """Waits; what has ended by itself and not made it true is a fault."""
        end = time.monotonic() + seconds
        while not met():
            if self.process.poll() is not None:
                self.reader.join(5)
                if met():
                    return
                raise self.fault(f"ended with {self.process.returncode}, without {what}")
            if time.monotonic() > end:
                raise self.fault(f"not within {seconds} s: {what}")
            time.sleep(0.01)

    def prints(self, text):
        self.until(lambda: any(matches(f"...{text}...", line) for line in list(self.lines)), f"the line {text!r}")

    def ends(self):
        try:
            code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise self.fault(f"no end after {SECONDS} s") from None
        self.reader.join(5)
        if code != 0:
            raise self.fault(f"exit code {code}")

    def stop(self):
        """Ends it and what it has started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(2)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.reader.join(2)


def build(block, place, *command):
    """A step before the run."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=place.tree,
            env=place.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Fault(f"{block}: {command[0]}: no end after {SECONDS} s") from None
    if done.returncode != 0:
        raise Fault(f"{block}: {command[0]} ended with {done.returncode}\n{done.stdout}")


def framed(block, text):
    """The text in its frame: the marked line is replaced, with its indentation before each line."""
    name = block.options.get("frame")
    if name is None:
        return text
    frame = (FRAMES / name).read_text()
    found = re.search(r"(?m)^( *).*\bBLOCK\b.*\n", frame)
    if not found:
        raise Fault(f"tests/docs/frames/{name}: no line with BLOCK")
    body = "".join(found.group(1) + line if line.strip() else line for line in text.splitlines(keepends=True))
    return frame[: found.start()] + body + frame[found.end() :]


def compiled(block, place, text):
    """Writes and builds what is not run as it stands; gives the command, and what it needs in the environment."""
    tree, here = place.tree, place.tree / f"block-{block.line}"
    here.mkdir()
    program = here / "program"
    libraries = {"LD_LIBRARY_PATH": str(place.library.parent)}
    if block.language in ("c", "cpp"):
        source = here / f"block.{block.language}"
        source.write_text(text)
        compiler = ("cc", "-std=c99") if block.language == "c" else ("c++", "-std=c++11")
        link = (f"-L{place.library.parent}", "-lrealvirtual_ws", "-pthread")
        build(block, place, *compiler, *STRICT, "-Iinclude", source, "-o", program, *link)
        return [program], libraries
    if block.language == "csharp":
        source = here / "Block.cs"
        source.write_text(text)
        sources = sorted((tree / WRAPPER).rglob("*.cs"))
        if "UnityEngine" in text:
            sources += [path for path in sorted((tree / UNITY).rglob("*.cs")) if "Core" not in path.parts]
            sources += sorted((tree / "tests/unity/engine").glob("*.cs"))
        build(block, place, "mcs", "-langversion:7.2", "-unsafe", "-nowarn:0067,0649", f"-out:{program}", source, *sources)
        return ["mono", program], libraries
    if block.language == "python":
        source = here / ("test_block.py" if "pytest" in block.options else "block.py")
        source.write_text(text)
        package = {"PYTHONPATH": str(tree / "bindings/python"), "REALVIRTUAL_WS_LIBRARY": str(place.library)}
        if "pytest" not in block.options:
            return [sys.executable, source], package
        plugin = ("-p", "no:cacheprovider", "-p", "realvirtual_ws.pytest_plugin")
        return [sys.executable, "-m", "pytest", "-q", *plugin, source], package
    if block.language == "cmake":
        (here / "CMakeLists.txt").write_text(text)
        prefix = f"-DCMAKE_PREFIX_PATH={place.environment['HOME']}/realvirtual-ws"
        build(block, place, "cmake", "-S", here, "-B", here / "build", prefix)
        return ["cmake", "--build", here / "build"], {}
    source = here / "block.sh"
    source.write_text(text)
    return ["bash" if block.language == "console" else "sh", "-eu", source], {}


def start(block, place):
    """Starts it, once all that can be seen without running it has been."""
    path = block.options.get("is")
    if path and (ROOT / path).read_text() != block.text:
        raise Fault(f"{block}: is not {path} word for word")
    if block.language == "console":
        return Running(block, ["bash", "--noprofile", "--norc"], place, place.environment)
    command, more = compiled(block, place, place.local(framed(block, block.text)))
    if "beside" in block.options:
        # Examples end well after a while, which a slow machine may need for what comes after them.
        command = ["sh", "-c", 'while "$@"; do sleep 0.1; done', "sh", *command]
    return Running(block, command, place, {**place.environment, **more})


def transcript(running, place):
    """Types each command of a transcript and compares what comes. A line `...` stands for any lines."""
    shell = running.process.stdin
    parts = re.split(r"(?m)^\$ ", place.local(running.block.text))
    if parts[0] or len(parts) < 2:
        raise Fault(f"{running.block}: a transcript begins with `$ ` and a command")
    for number, part in enumerate(parts[1:]):
        command, _, answer = part.partition("\n")
        wanted, mark, begin = answer.splitlines(), f"--- {number} ends ---", len(running.lines)
        shell.write(f"{command}\necho '{mark}'\n")
        shell.flush()

        def printed(begin=begin, mark=mark):
            return [line for line in running.lines[begin:] if line != mark]

        # A program in the background may print after the shell is back.
        running.until(
            lambda: mark in running.lines[begin:] and ("..." in wanted or len(printed()) >= len(wanted)),
            f"{len(wanted)} lines after `{command}`",
        )
        expression = "".join(
            r"(?:.*\n)*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n" for line in wanted
        )
        if not re.fullmatch(expression, "".join(line + "\n" for line in printed())):
            raise running.fault(f"`{command}` printed something else")

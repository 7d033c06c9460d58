"""The archive for WebGL: its README's program, compiled as its README says, and run by Node against rvws of this machine's
archive. A page in a browser is for `make verify-webgl`."""

import os
import re
import select
import shutil
import subprocess

import package
import webgl
from checks import NOT_RUN, ROOT, equal, expect, names, run, unpack

FILES = {
    "README.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "include/realvirtual_ws.h",
    "lib/realvirtual_ws.jslib",
}
# This emscripten takes a Node that has fetch for a browser.
LOADER = "delete globalThis.fetch; require('./program.js')"


class Unpacked:
    def __init__(self, dist, scratch):
        name = f"realvirtual-ws-{package.VERSION}-webgl"
        self.folder = unpack(dist / f"{name}.zip", scratch / "webgl") / name
        native = f"realvirtual-ws-{package.VERSION}-linux-x64"
        self.rvws = unpack(dist / f"{native}.tar.gz", scratch / "webgl-server") / native / "bin" / "rvws"
        self.readme = (self.folder / "README.md").read_text()


def it_has_what_belongs_into_it(unpacked):
    equal(names(unpacked.folder) ^ FILES, set(), "files")
    equal((unpacked.folder / "lib" / webgl.JSLIB.name).read_bytes(), webgl.JSLIB.read_bytes(), "the jslib")
    expect("@" not in unpacked.readme, "its README has an open place")


def it_says_where_it_was_run(unpacked):
    for statement in (NOT_RUN, "Chromium", "Safari", "Firefox"):
        expect(statement in unpacked.readme, f"its README says nothing of {statement}")


def blocks(unpacked, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", unpacked.readme, re.MULTILINE | re.DOTALL)


def first_line(process, seconds):
    """What a program prints first, which does not end by itself."""
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    return process.stdout.readline().decode() if ready else ""


def its_readmes_program_runs(unpacked):
    if shutil.which("emcc") is None:
        return "skipped: emscripten is not installed"
    (source,), (compile_it, serve) = blocks(unpacked, "c"), blocks(unpacked, "sh")
    (unpacked.folder / "list.csv").write_text("Name,Type,Direction\nSpeed,FLOAT,OUTPUT\n")
    server = [unpacked.rvws, *serve.replace("7000", "0").split()[1:]]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": unpacked.folder}
    started = []
    try:
        started.append(subprocess.Popen(server, **options))
        said = first_line(started[0], 20)
        port = re.search(r":(\d+)", said)
        expect(port, f"rvws serve says {said!r}")
        (unpacked.folder / "program.c").write_text(source.replace("7000", port.group(1)))
        run(*compile_it.replace("program.html", "program.js").split(), cwd=unpacked.folder, env={**os.environ, "NODE_PATH": str(ROOT / "tests/node/node_modules")})
        node = ["node", "--no-warnings", "--experimental-websocket", "-e", LOADER]
        started.append(subprocess.Popen(node, **options))
        said = first_line(started[1], 20)
        expect(said.startswith("Speed = "), f"the program says {said!r}")
    finally:
        for process in started:
            process.kill()
            process.communicate()
    return "its README's program, compiled by emscripten, under Node"


STEPS = (it_has_what_belongs_into_it, it_says_where_it_was_run, its_readmes_program_runs)

"""Runs every block of the documents: README, docs, the READMEs of packages and examples. What a page shows is true, or
the page says why it was not tried. How a block is marked stands in blocks.py.

    run.py BUILT [WORD ...]    with the library and programs in BUILT; only the blocks whose PAGE:LINE has a word

Needs the interpreter with the test packages, compilers, CMake, Mono. It ends with a line `docs: N passed, N failed`.
"""

import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import programs
from blocks import Fault, chains, read

ROOT = Path(__file__).resolve().parents[2]
JOBS = 3
BUILT = ("target", "dist", "node_modules")


def pages():
    """All Markdown of the tree."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in BUILT and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".md"))


def run(chain, *builds):
    """Runs a chain of blocks; a fault is an exception."""
    kept = []
    with tempfile.TemporaryDirectory(prefix="docs-") as folder:
        place = programs.Place(Path(folder), *builds)
        try:
            for block in chain:
                running = programs.start(block, place)
                kept.append(running)
                if "beside" in block.options:
                    running.until(lambda: programs.listens(place.port), "listening on port 7000")
                elif block.language == "console":
                    programs.transcript(running, place)
                elif "prints" in block.options:
                    running.prints(block.options["prints"])
                else:
                    running.ends()
            for running in (running for running in kept if "beside" in running.block.options):
                if running.process.poll() is not None:
                    raise running.fault(f"ended with {running.process.returncode}: it is to go on")
                if "prints" in running.block.options:
                    running.prints(running.block.options["prints"])
        finally:
            for running in kept:
                running.stop()


def outcome(chain, *builds):
    begin = time.monotonic()
    try:
        run(chain, *builds)
        return None, time.monotonic() - begin
    except Fault as fault:
        return str(fault), time.monotonic() - begin


def checked(page, text, *builds):
    """The faults of a page."""
    try:
        return [fault for fault, _ in (outcome(chain, *builds) for chain in chains(read(page, text))) if fault]
    except Fault as fault:
        return [str(fault)]


# What this program has to find, so that its silence means something: a page, and words of the fault.
WRONG = (
    ("```c\nint main(void) { return 0; }\n```\n", "neither `runs` nor `no-run: REASON`"),
    ("```sh no-run:\nls\n```\n", "neither `runs` nor `no-run: REASON`"),
    ("```sh runs\nls\n", "a block without an end"),
    ("```sh runs: often\nls\n```\n", "no option 'often'"),
    ("```ini runs\n[Unit]\n```\n", "cannot run"),
    ("```sh runs: after\nls\n```\n", "no block 'that runs' before it"),
    ("```c runs: is examples/c/quickstart.c\nint main(void) { return 0; }\n```\n", "is not examples/c/quickstart.c"),
    ("```c runs\nint main(void) { return 3; }\n```\n", "exit code 3"),
    ("```c runs\nint main(void) { rv_no_such(); return 0; }\n```\n", "cc ended with 1"),
    ("```sh runs\nfalse\ntrue\n```\n", "exit code 1"),
    ("```sh runs: prints yes\necho no\n```\n", "without the line 'yes'"),
    ("```sh runs: beside\necho no; false\n```\n", "without listening on port 7000"),
    ("```console runs\n$ echo one two\none 2\n```\n", "`echo one two` printed something else"),
    ("```python runs\nimport realvirtual_ws\nrealvirtual_ws.Server(port=-1)\n```\n", "exit code 1"),
)
RIGHT = (
    "```console runs\n$ X=1\n$ echo a; echo b; echo $X c\n...\n1 ...\n```\n",
    "1. In a list:\n   ```sh runs: as one\n   echo one >file\n   ```\n```sh runs: after one; prints one\ncat file; sleep 60\n```\n",
    "~~~text no-run: a drawing\n```\n~~~\n",
)


def main():
    built, words = Path(sys.argv[1]).resolve(), sys.argv[2:]
    faults, work, times = [], [], []
    for page in pages():
        name = str(page.relative_to(ROOT))
        try:
            work += chains(read(name, page.read_text(encoding="utf-8")))
        except Fault as fault:
            faults.append(str(fault))
    blocks = {str(block) for chain in work for block in chain}
    work = [chain for chain in work if not words or any(word in str(block) for word in words for block in chain)]
    lock = threading.Lock()

    def try_chain(chain):
        fault, seconds = outcome(chain, built, release)
        with lock:
            times.append((seconds, " ".join(map(str, chain))))
            if fault:
                faults.append(fault)

    def try_wrong(case):
        found = checked("page", case[0], built, release)
        if len(found) != 1 or case[1] not in found[0]:
            with lock:
                faults.append(f"not found: {case[1]!r} in {case[0]!r}, but {found}")

    def try_right(text):
        found = checked("page", text, built, release)
        if found:
            with lock:
                faults.append(f"a fault in a page that has none: {found} in {text!r}")

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(JOBS) as pool:
        release = Path(folder)
        programs.make_release(built, release)
        jobs = [pool.submit(try_chain, chain) for chain in work]
        if not words:
            jobs += [pool.submit(try_wrong, case) for case in WRONG] + [pool.submit(try_right, text) for text in RIGHT]
        for job in jobs:
            job.result()
    for fault in faults:
        print(f"FAILED {fault}")
    if words:
        print("\n".join(f"{seconds:5.1f} s  {chain}" for seconds, chain in sorted(times)))
    print(f"docs: {len(jobs) - len(faults)} passed, {len(faults)} failed ({len(blocks)} blocks run)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

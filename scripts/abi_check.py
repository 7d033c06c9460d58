"""Compares the C interface with the last release's, by the rules of docs/ABI.md.

  abi_check.py              the header of this tree against the last tag's; without a tag, against docs/abi
  abi_check.py --baseline   writes docs/abi anew from the header of this tree
  abi_check.py --self-test  makes every kind of change to a copy of the header and looks at the verdicts

What is compared are the headers. Each becomes a small library whose functions do nothing, with every type in its debug
information, and abidiff compares the two: in a second, and without the library of the last release. That the real
library exports these functions with this layout is what tests/abi.rs shows.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = "include/realvirtual_ws.h"
BASELINE = "docs/abi/realvirtual_ws.h"
CXX = os.environ.get("CXX", "c++")

# Structs with struct_size, or passed with their size, may get fields at their end; those that are frozen may not.
GROWING = [
    "rv_options",
    "rv_signal_options",
    "rv_signal_info",
    "rv_info",
    "rv_stats",
    "rv_connection_report",
    "rv_log_record",
    "rv_import_report",
    "rv_client_info",
]


def stripped(header):
    """A header without its comments: what the compiler sees of it, for people to compare."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", header, flags=re.S)
    return "".join(line.rstrip() + "\n" for line in code.splitlines() if line.strip())


def constant(header, name):
    return int(re.search(rf"#define {name} (\d+)", header).group(1))


def without_growth(new, old):
    """The new code without what its growing structs have at their end and the old ones have not."""
    for name in GROWING:
        body = rf"(typedef struct {name} \{{)(.*?)(\}} {name};)"
        before, now = re.search(body, old, re.S), re.search(body, new, re.S)
        if before and now:
            fields = now[2].split(";")[: before[2].count(";")]
            new = new[: now.start(2)] + "".join(f"{field};" for field in fields) + "\n" + new[now.end(2) :]
    return new


def stubs(code, directory):
    """A library with a header's functions and types. An enumeration that no function takes gets one that does."""
    functions = re.findall(r"RV_API\s+([^;]*\));", code)
    enums = re.findall(r"^enum (rv_\w+)", code, re.M)
    directory.mkdir()
    (directory / "header.h").write_text(code)
    source = directory / "stubs.cpp"
    source.write_text(
        '#include "header.h"\nextern "C" {\n'
        + "".join(f"{declaration} {{ __builtin_trap(); }}\n" for declaration in functions)
        + "".join(f"void abi_{name}(enum {name}) {{}}\n" for name in enums)
        + "}\n"
    )
    library = directory / "librealvirtual_ws.so"
    subprocess.run([CXX, "-std=c++11", "-g", "-w", "-shared", "-fPIC", source, "-o", library], check=True)
    return library


def differences(old, new):
    """What abidiff says against the new header, "" when programs that were built with the old one go on working."""
    old, new = stripped(old), stripped(new)
    with tempfile.TemporaryDirectory(prefix="abi-") as scratch:
        libraries = [stubs(old, Path(scratch, "old")), stubs(without_growth(new, old), Path(scratch, "new"))]
        done = subprocess.run(["abidiff", "--no-added-syms", *libraries], capture_output=True, text=True, check=False)
    if done.returncode & 3:
        sys.exit(f"abidiff failed:\n{done.stdout}{done.stderr}")
    return done.stdout if done.returncode else ""


def verdict(old, new, soname):
    """What is wrong with the new header and SONAME, or None."""
    version, before = constant(new, "RV_ABI_VERSION"), constant(old, "RV_ABI_VERSION")
    if soname != f"librealvirtual_ws.so.{version - 1}":
        return f"RV_ABI_VERSION {version} goes with librealvirtual_ws.so.{version - 1}, build.rs has {soname}"
    if version < before:
        return f"RV_ABI_VERSION went back from {before} to {version}"
    found = differences(old, new)
    if found and version == before:
        return f"{found}Programs would break. Undo it, or raise RV_ABI_VERSION and the SONAME: docs/ABI.md"
    return None


def last_release():
    """(name, header) of the last tag, else of docs/abi."""

    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=False)

    tag = git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if tag.returncode == 0:
        name = tag.stdout.strip()
        return name, git("show", f"{name}:{HEADER}").stdout
    return BASELINE, (ROOT / BASELINE).read_text()


def soname():
    return re.search(r"-soname,(librealvirtual_ws\.so\.\d+)", (ROOT / "build.rs").read_text()).group(1)


def self_test(header):
    code = stripped(header)

    def changed(pattern, replacement):
        new, count = re.subn(pattern, replacement, code, count=1, flags=re.S)
        if not count:
            sys.exit(f"self-test: the header has nothing like {pattern}")
        return new

    function = "RV_API int32_t rv_newcomer(struct rv_interface *iface, uint32_t what);\n"
    end = "#ifdef __cplusplus\n}"
    version = constant(code, "RV_ABI_VERSION")
    announced = changed(r"(typedef struct rv_change \{)", r"\1 uint32_t first;").replace(
        f"#define RV_ABI_VERSION {version}\n", f"#define RV_ABI_VERSION {version + 1}\n"
    )
    allowed = {
        "nothing": code,
        "a new function": code.replace(end, function + end),
        "an option at the end": changed(r"(\} rv_options;)", r"const char *newcomer; \1"),
        "a counter at the end": changed(r"(\} rv_stats;)", r"uint64_t newcomer; \1"),
        "an enumerator": changed(r"(RV_STATE_FAILED = 5,)", r"\1 RV_STATE_NEWCOMER = 6,"),
        "an error code": changed(r"(RV_ERR_DENIED = -51,)", r"\1 RV_ERR_NEWCOMER = -99,"),
    }
    forbidden = {
        "a function is gone": changed(r"RV_API\s+int32_t rv_flush\([^;]*;", ""),
        "an argument's type": changed(r"(rv_set_int\(struct rv_interface \*iface, uint32_t id, )int64_t", r"\1int32_t"),
        "an argument more": changed(r"(rv_start\(struct rv_interface \*iface)", r"\1, uint32_t newcomer"),
        "a result's type": changed(r"uint32_t (rv_live_count)", r"uint64_t \1"),
        "an option in the middle": changed(r"(rv_options \{.*?)(uint16_t port;)", r"\1 float newcomer; \2"),
        "an option is gone": changed(r"uint8_t relay;", ""),
        "an option's type": changed(r"uint32_t update_cycle_ms;", "float update_cycle_ms;"),
        "two options changed places": changed(r"(uint8_t relay;)\s*(uint8_t accept_remote_writes;)", r"\2 \1"),
        "an option at the end and another's type": changed(r"(\} rv_options;)", r"float newcomer; \1").replace(
            "uint32_t update_cycle_ms;", "float update_cycle_ms;"
        ),
        "a frozen struct grows": changed(r"(\} rv_change;)", r"uint64_t newcomer; \1"),
        "an enumerator's number": changed(r"RV_KIND_TEXT = 4", "RV_KIND_TEXT = 5"),
        "an error's number": changed(r"RV_ERR_KIND = -22", "RV_ERR_KIND = -98"),
        "an enumerator is gone": changed(r"RV_QUALITY_STALE = 2,", ""),
    }
    present, next_one = f"librealvirtual_ws.so.{version - 1}", f"librealvirtual_ws.so.{version}"
    cases = [(name, new, present, True) for name, new in allowed.items()]
    cases += [(name, new, present, False) for name, new in forbidden.items()]
    cases += [
        ("a break that is announced", announced, next_one, True),
        ("a break with the present SONAME", announced, present, False),
    ]
    failed = 0
    for name, new, library, good in cases:
        found = verdict(code, new, library)
        if (found is None) != good:
            failed += 1
            print(f"FAILED {name}: {found or 'not found'}", file=sys.stderr)
    print(f"abi-check: {len(cases) - failed} passed, {failed} failed")
    return failed > 0


def main():
    header = (ROOT / HEADER).read_text()
    if sys.argv[1:] == ["--baseline"]:
        (ROOT / BASELINE).parent.mkdir(exist_ok=True)
        (ROOT / BASELINE).write_text(stripped(header))
        print(f"wrote {BASELINE}")
        return False
    there = shutil.which("abidiff")
    if sys.argv[1:] == ["--self-test"]:
        return self_test(header) if there else sys.exit("abidiff is not installed (Debian: abigail-tools)")
    if not there:
        print("skipped: abidiff is not installed (Debian: abigail-tools)")
        return False
    name, old = last_release()
    found = verdict(old, header, soname())
    if found:
        print(f"abi-check against {name}: {found}", file=sys.stderr)
        return True
    print(f"abi-check: programs built with {name} go on working")
    return False


sys.exit(main())

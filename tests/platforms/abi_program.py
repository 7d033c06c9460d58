"""A C program that prints what its compiler makes of the header and what the library makes of rv_options, and what it
ought to print by the generated tables."""

import ctypes
import sys

from binaries import ROOT

sys.path.insert(0, str(ROOT / "tests" / "python"))
import abi  # noqa: E402

POINTER_BYTES = 8

HEAD = """#include <stddef.h>
#include <stdio.h>
#include "realvirtual_ws.h"

static void number(const char *what, long long value) { printf("%s %lld\\n", what, value); }
static void text(const char *what, const char *value) { printf(value ? "%s \\"%s\\"\\n" : "%s NULL\\n", what, value); }

int main(void) {
    rv_options options;
    if (rv_options_init(&options, sizeof options, RV_MODE_SERVER) < 0)
        return 1;
"""


def constants():
    return {name: value for name, value in vars(abi._native).items() if name.startswith("RV_")}


def expressions():
    """C expressions for sizes and offsets, with their values."""
    for name, (size, offsets) in abi._native.LAYOUT[POINTER_BYTES].items():
        yield f"sizeof({name})", size
        for field, offset in offsets.items():
            yield f"offsetof({name}, {field})", offset


def source():
    lines = [f'    number("{e}", (long long){e});' for e in (*dict(expressions()), *constants())]
    kinds = dict(abi._native.rv_options._fields_)
    for field in abi.option_fields():
        kind = "text" if kinds[field] is ctypes.c_char_p else "number"
        lines.append(f'    {kind}("{field}", options.{field});')
    return HEAD + "\n".join(lines) + "\n    return 0;\n}\n"


def expected():
    lines = [f"{name} {value}" for name, value in (*expressions(), *constants().items())]
    defaults = {**abi.documented_defaults(), "mode": abi._native.RV_MODE_SERVER}
    lines += [f"{field} {defaults[field]}" for field in abi.option_fields()]
    return lines

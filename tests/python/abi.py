"""Compares ctypes' layout with the generated table, and the header's table of options with the real defaults."""

import ctypes
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python" / "realvirtual_ws"))
import _native  # noqa: E402

HEADER = (ROOT / "include" / "realvirtual_ws.h").read_text(encoding="utf-8")


def layout_errors():
    for name, (size, offsets) in _native.LAYOUT[ctypes.sizeof(ctypes.c_void_p)].items():
        structure = getattr(_native, name)
        if ctypes.sizeof(structure) != size:
            yield f"sizeof({name}) is {ctypes.sizeof(structure)}, not {size}"
        for field, offset in offsets.items():
            if getattr(structure, field).offset != offset:
                yield f"{name}.{field} is at {getattr(structure, field).offset}, not {offset}"


def constant_errors():
    found = {n: int(v) for n, v in re.findall(r"^ *(?:#define )?(RV_[A-Z0-9_]+) =? ?(-?\d+),?$", HEADER, re.M)}
    declared = {n: v for n, v in vars(_native).items() if n.startswith("RV_")}
    if found != declared:
        yield f"constants of the header and of Python differ: {sorted(set(found.items()) ^ set(declared.items()))}"


def documented_defaults():
    """Each option's default as the header's table spells it, in the order of rv_options."""
    section = HEADER[HEADER.index(" * OPTIONS\n"):HEADER.index(" */")]
    return dict(re.findall(r"^ \*   (\w+) +(\"[^\"]*\"|NULL|-?\d+|-)  +\S", section, re.M))


def option_fields():
    return [n for n, _ in _native.rv_options._fields_ if n != "struct_size" and not n.startswith("reserved")]


def default_errors():
    library = _native.load()
    table = documented_defaults()
    for mode in (_native.RV_MODE_CLIENT, _native.RV_MODE_SERVER):
        options = _native.rv_options()
        result = library.rv_options_init(ctypes.byref(options), ctypes.sizeof(options), mode)
        if result < 0 or options.mode != mode or options.struct_size != ctypes.sizeof(options):
            yield f"rv_options_init: result {result}, mode {options.mode}, struct_size {options.struct_size}"
        fields = option_fields()
        if fields != list(table):
            yield f"the header's table of options has {set(table) ^ set(fields) or 'another order'}"
        for name in fields:
            value = getattr(options, name)
            text = "NULL" if value is None else f'"{value.decode()}"' if isinstance(value, bytes) else str(value)
            if name != "mode" and table.get(name) != text:
                yield f"the header says that {name} is {table.get(name)} by default, it is {text}"


if __name__ == "__main__":
    errors = [*layout_errors(), *constant_errors(), *default_errors()]
    print("\n".join(errors) or "ok")
    sys.exit(bool(errors))

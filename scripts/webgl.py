#!/usr/bin/env python3
"""Makes bindings/webgl/realvirtual_ws.jslib: the library for WebGL, over the browser's own WebSocket.

    scripts/webgl.py write    joins bindings/webgl/src, with what the C header says
    scripts/webgl.py check    says what the jslib lacks or has too much, and whether it is up to date
    scripts/webgl.py calls    prints a C program whose call_rv_... call each rv_ function, for the tests
    scripts/webgl.py layout   prints a C program that fails to compile where a struct is laid out in another way
    scripts/webgl.py describe prints structs, constants and functions as JSON, for the tests

From include/realvirtual_ws.h come the structs as wasm32 lays them out, the constants, and a function of each name with
its number of arguments, so that a struct that grows needs nothing here.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "include" / "realvirtual_ws.h"
SOURCES = ROOT / "bindings" / "webgl" / "src"
JSLIB = ROOT / "bindings" / "webgl" / "realvirtual_ws.jslib"
PAGE = ROOT / "bindings" / "webgl" / "README.md"

# In this order: what stands at the top level of a file may use the files before it.
FILES = [
    "failures.js",
    "memory.js",
    "json.js",
    "coerce.js",
    "rules.js",
    "options.js",
    "table.js",
    "staging.js",
    "client.js",
    "clock.js",
    "report.js",
    "sending.js",
    "messages.js",
    "requests.js",
    "arguments.js",
    "exports.js",
]

# What a struct of the first version has on wasm32, in bytes. It never changes: see Growing in src/ffi.
FIRST = {
    "rv_options": 164,
    "rv_signal_options": 112,
    "rv_info": 32,
    "rv_stats": 432,
    "rv_signal_info": 32,
    "rv_import_report": 32,
    "rv_log_record": 16,
    "rv_connection_report": 24,
}

# C's types: what the sources call them, and the size, which is the alignment too.
TYPES = {
    "uint8_t": ("u8", 1),
    "char": ("u8", 1),
    "uint16_t": ("u16", 2),
    "uint32_t": ("u32", 4),
    "int32_t": ("i32", 4),
    "uint64_t": ("u64", 8),
    "int64_t": ("i64", 8),
    "double": ("f64", 8),
}
POINTER = ("pointer", 4)


def section(title):
    """What stands below a heading of bindings/webgl/README.md."""
    return PAGE.read_text().split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0].strip()


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


class Header:
    def __init__(self, text):
        # OPTIONS at its top has the number that each option is unless it is set.
        table = text[text.index(" * OPTIONS") :].split("*/")[0]
        self.defaults = {name: int(value) for name, value in re.findall(r"^ \*   (\w+) +(-?\d+) ", table, re.MULTILINE)}
        text = without_comments(text)
        self.constants = {name: int(value) for name, value in re.findall(r"\b(RV_\w+) = (-?\d+)", text)}
        self.constants.update((name, int(value)) for name, value in re.findall(r"#define (RV_\w+) (\d+)", text))
        self.enums = set(re.findall(r"typedef u?int32_t (rv_\w+);", text))
        self.structs = {}
        for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", text, re.DOTALL):
            self.structs[name] = self.layout(body)
        # name -> (result, [argument, ...]), each as it stands in C.
        self.functions = {}
        pattern = r"RV_API\s+([\w ]+?\**)\s*\b(rv_\w+)\(([^)]*)\);"
        for result, name, arguments in re.findall(pattern, text):
            arguments = [] if arguments.strip() == "void" else [" ".join(a.split()) for a in arguments.split(",")]
            self.functions[name] = (" ".join(result.split()), arguments)

    def type_of(self, name, pointer):
        """The word, size and alignment of a field's type."""
        if pointer:
            return (*POINTER, POINTER[1])
        if name in self.structs:
            return name, self.structs[name]["size"], self.structs[name]["align"]
        word, size = TYPES["uint32_t" if name in self.enums else name]
        return word, size, size

    def layout(self, body):
        fields, offset, widest = {}, 0, 1
        for field in filter(None, (field.strip() for field in body.split(";"))):
            found = re.fullmatch(r"(?:const )?(?:struct )?(\w+)\s*(\*?)\s*(\w+)(?:\[(\d+)\])?", field)
            kind, pointer, name, count = found.groups()
            word, size, align = self.type_of(kind, pointer)
            offset = -(-offset // align) * align
            fields[name] = (offset, word, int(count or 0))
            offset += size * int(count or 1)
            widest = max(widest, align)
        return {"size": -(-offset // widest) * widest, "align": widest, "fields": fields}


def argument_name(argument):
    return re.search(r"(\w+)$", argument).group(1)


def arguments_of(header, name):
    """The names of a function's arguments as JavaScript gets them: an int64 is two halves, or one BigInt."""
    names = []
    for argument in header.functions[name][1]:
        names.append(argument_name(argument))
        if argument.startswith("int64_t") and "*" not in argument:
            names.append(argument_name(argument) + "_high")
    return names


def layout_text(header, struct):
    layout = header.structs[struct]
    fields = ", ".join(
        f'{name}: [{offset}, "{word}"{f", {count}" if count else ""}]'
        for name, (offset, word, count) in layout["fields"].items()
    )
    first = FIRST.get(struct, layout["size"])
    return f'{struct}: {{ size: {layout["size"]}, align: {layout["align"]}, first: {first}, fields: {{ {fields} }} }}'


def sources():
    return "\n".join((SOURCES / file).read_text().rstrip() + "\n" for file in FILES)


def from_header(header, text):
    """The constants and structs that the sources use."""
    used = set(re.findall(r"\bRV_\w+", text))
    constants = [f"var {name} = {value};" for name, value in header.constants.items() if name in used]
    results = [(n, v) for n, v in header.constants.items() if n.startswith("RV_ERR_")]
    names = ", ".join(f'"${value}": "{name}"' for name, value in results)
    version = ".".join(str(header.constants[f"RV_VERSION_{part}"]) for part in ("MAJOR", "MINOR", "PATCH"))
    structs = [s for s in header.structs if re.search(rf"\b{s}\b", text)]
    layouts = ",\n  ".join(layout_text(header, struct) for struct in structs)
    return "\n".join(
        [f'var VERSION = "{version}";', *constants, f"var RESULTS = {{ {names} }};", f"var LAYOUT = {{\n  {layouts}\n}};"]
    )


def jslib(header):
    text = sources()
    module = "\n".join([from_header(header, text), "", text.rstrip()])
    module = "\n".join(f"      {line}".rstrip() for line in module.splitlines())
    exports = []
    for name, (result, _) in header.functions.items():
        names = ", ".join(arguments_of(header, name))
        # What gives a text for ever makes room for it.
        malloc = ', "malloc"' if result == "const char *" else ""
        exports.append(f'    {name}__deps: ["$realvirtualWs"{malloc}],\n')
        exports.append(f"    {name}: function ({names}) {{ return realvirtualWs().{name}({names}); }},\n")
    exports = "".join(exports).rstrip(",\n")
    return f"""/*
 * realvirtual-ws for WebGL: the functions of realvirtual_ws.h for a client in a browser. What differs from the native
 * library is in README.md of the archive for WebGL and in Documentation~/webgl.md of the Unity package. Generated by
 * scripts/webgl.py from bindings/webgl/src and the C header; do not edit.
 */
mergeInto(LibraryManager.library, (function () {{
  return {{
    $RealvirtualWs: {{ functions: null }},
    $realvirtualWs__deps: ["$RealvirtualWs"],
    $realvirtualWs: function () {{
      if (RealvirtualWs.functions) return RealvirtualWs.functions;
{module}
      RealvirtualWs.functions = functions;
      return functions;
    }},
{exports}
  }};
}})());
"""


def faults(header):
    """What is wrong with the sources and the jslib, a sentence each."""
    text = sources()
    table = text[text.index("var functions = {") :]
    there = dict(re.findall(r"^  (rv_\w+): (?:function \(([^)]*)\))?", table, re.MULTILINE))
    for name in header.functions:
        if name not in there:
            yield f"bindings/webgl/src/exports.js: {name} is missing: write it, or say why a browser has none"
        elif len(there[name].split(",")) > max(1, len(arguments_of(header, name))):
            yield f"bindings/webgl/src/exports.js: {name} takes more arguments than in the header"
    for name in there:
        if name not in header.functions:
            yield f"bindings/webgl/src/exports.js: {name} is not in the header"
    for name in sorted(set(re.findall(r"(?<!\")\bRV_[A-Z0-9_]+", text)) - set(header.constants)):
        yield f"bindings/webgl/src: {name} is not in the header"
    for word in re.findall(r"\b(?:let|const|class|async)\b(?= \w+)|=>|`|\{\{\{", re.sub(r"/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", "", text, flags=re.DOTALL)):
        yield f"bindings/webgl/src: {word!r} is not ES5, or means something to emscripten"
    defaults = re.search(r"var DEFAULTS = \{(.*?)\};", text, re.DOTALL).group(1)
    defaults = dict(re.findall(r"(\w+): (-?\w+)", defaults))
    for name, value in header.defaults.items():
        given = defaults.pop(name, "0")
        if int(header.constants.get(given, given)) != value:
            yield f"bindings/webgl/src/options.js: the default of {name} is {value} in the C header"
    for name in defaults:
        yield f"bindings/webgl/src/options.js: the C header has no default of {name}"
    committed = JSLIB.read_text() if JSLIB.is_file() else ""
    if committed != jslib(header):
        yield "bindings/webgl/realvirtual_ws.jslib: differs from its sources or the C header: run make bindings"


def calls(header):
    """Each function once more, to be called from JavaScript through WebAssembly."""
    text = '#include <emscripten.h>\n#include "realvirtual_ws.h"\n'
    for name, (result, arguments) in header.functions.items():
        names = ", ".join(argument_name(argument) for argument in arguments)
        text += f"EMSCRIPTEN_KEEPALIVE {result} call_{name}({', '.join(arguments) or 'void'}) {{ return {name}({names}); }}\n"
    return text


def layout(header):
    text = '#include <stddef.h>\n#include "realvirtual_ws.h"\n'
    for struct, layout in header.structs.items():
        text += f'_Static_assert(sizeof({struct}) == {layout["size"]}, "{struct}");\n'
        for field, (offset, _, _) in layout["fields"].items():
            text += f'_Static_assert(offsetof({struct}, {field}) == {offset}, "{struct}.{field}");\n'
    return text


def main():
    header = Header(HEADER.read_text())
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command == "write":
        JSLIB.write_text(jslib(header))
    elif command == "check":
        found = list(faults(header))
        for fault in found:
            print(f"webgl: {fault}")
        print(f"webgl: {len(header.functions)} functions, {len(found)} faults")
        sys.exit(bool(found))
    elif command == "calls":
        print(calls(header), end="")
    elif command == "layout":
        print(layout(header), end="")
    elif command == "describe":
        functions = {name: arguments_of(header, name) for name in header.functions}
        print(json.dumps({"constants": header.constants, "structs": header.structs, "functions": functions}))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()

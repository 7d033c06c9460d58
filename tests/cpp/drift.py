"""realvirtual_ws.hpp covers all of realvirtual_ws.h: every function, every option, every field of a declaration.

A function or text field that was added to the C interface fails here until the C++ header has it. The example in the
C++ header compiles, too.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

INCLUDE = Path(__file__).resolve().parents[2] / "include"

# Exports that the C++ header does not call, each with its reason. None so far.
EXCEPTIONS = {}

c = re.sub(r"/\*.*?\*/", "", (INCLUDE / "realvirtual_ws.h").read_text(), flags=re.S)
# Comments go, so that what is only mentioned does not count.
cpp = re.sub(r"//[^\n]*|/\*.*?\*/", "", (INCLUDE / "realvirtual_ws.hpp").read_text(), flags=re.S)


def fields(struct):
    """(type, name) of each field of a C struct but the reserved ones."""
    body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (struct, struct), c, re.S).group(1)
    found = re.findall(r"([\w ]+?[\s*]+)(\w+)(?:\[\d+\])?;", body)
    return [(" ".join(kind.split()), name) for kind, name in found if not name.startswith("reserved")]


missing = []
functions = set(re.findall(r"\b(rv_\w+)\(", "".join(re.findall(r"RV_API[^;]*;", c))))
for name in sorted(functions):
    called = re.search(r"\b%s\(" % name, cpp)
    if called and name in EXCEPTIONS:
        missing.append(f"{name} is called: it is no exception any more")
    elif not called and name not in EXCEPTIONS:
        missing.append(f"nothing calls {name}")

# Numbers come with the C struct; texts need a std::string or a list that takes their place.
texts = [name for kind, name in fields("rv_options") if kind == "const char *"]
for name in texts:
    if not re.search(r"std::(string|vector<std::string>) %s;" % name, cpp):
        missing.append(f"rv::options has no text or list {name}")
    if not re.search(r"c_\.%s = (optional|list)\(from\.%s\);" % (name, name), cpp):
        missing.append(f"rv::options: {name} does not reach the library")

declared = [name for _, name in fields("rv_signal_options")]
for name in declared:
    if not re.search(r"\bc\.%s\b" % name, cpp):
        missing.append(f"rv::signal_options does not fill {name}")

lines = (INCLUDE / "realvirtual_ws.hpp").read_text().splitlines()
example = [line[3:] for line in lines if line.startswith(" *     ")]
program = (
    "bool simulating(); void drive(double); bool part_is_at_sensor(); void step();\n%s\nint main() {\n%s\n}\n"
    % (example[0].strip(), "\n".join(example[1:]))
)
compiler = os.environ.get("CXX", "c++")
flags = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{INCLUDE}", "-x", "c++", "-"]
compiled = subprocess.run([compiler, *flags], input=program, capture_output=True, text=True, check=False)
if compiled.returncode != 0:
    missing.append(f"the example does not compile:\n{program}{compiled.stderr}")

# The checks above have something to look at.
if len(functions) < 50 or len(texts) < 9 or len(declared) < 12:
    missing.append(f"the C header has only {len(functions)} functions, {len(texts)} texts, {len(declared)} fields")

for line in missing:
    print(f"realvirtual_ws.hpp: {line}", file=sys.stderr)
print(f"cpp drift: {len(functions) + len(texts) + len(declared) + 1} checked, {len(missing)} failed")
sys.exit(bool(missing))

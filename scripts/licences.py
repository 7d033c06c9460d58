#!/usr/bin/env python3
"""The licences of the crates that are linked into the library and into rvws, with their texts.

    scripts/licences.py TARGET...     prints them; several targets together: x86_64-unknown-linux-gnu ...

Which crates those are, cargo says: normal dependencies for that target, without what only builds or tests and without
procedural macros, which leave nothing but code of their users. The texts are the files in the crates' sources.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = "realvirtual-ws"
TEXTS = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)
RULE = "=" * 100

# What every Rust program has in it besides crates.
ALSO = """Besides crates there are in both:

- the Rust standard library, MIT OR Apache-2.0, Copyright (c) The Rust Project Contributors, with the crates that it is
  made of, MIT OR Apache-2.0 or a licence that asks for less: https://github.com/rust-lang/rust/tree/master/library
- on Linux an unwinder, LLVM's libunwind, Apache-2.0 WITH LLVM-exception;
- on Windows parts of MinGW-w64's runtime (ZPL-2.1 and public domain) and of GCC's (GPL-3.0-or-later WITH
  GCC-exception-3.1, which lets programs of any licence contain it).
"""


def cargo(*words):
    done = subprocess.run(["cargo", *words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"licences: cargo {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def linked(target, *features):
    """The (name, version) of every crate that is linked into what is built with these features."""
    lines = cargo("tree", "--target", target, "--edges", "normal,no-proc-macro", "--prefix", "none", *features)
    return {tuple(line.split()[:2]) for line in lines.splitlines() if line and not line.startswith(OWN + " ")}


def packages():
    """(name, version) -> cargo's description of the crate."""
    found = json.loads(cargo("metadata", "--format-version", "1", "--features", "cli"))["packages"]
    return {(package["name"], "v" + package["version"]): package for package in found}


def plain(text):
    """Without what differs between copies of the same text: ends of lines, indentation, empty lines at the ends."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").expandtabs(4).strip("\n").split("\n")]
    indented = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return "\n".join(line[indented:] for line in lines)


def texts(package):
    """The licence texts among a crate's sources. Parts that somebody else wrote have theirs in folders below."""
    folder = Path(package["manifest_path"]).parent
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and TEXTS.match(path.name) and path.suffix not in (".rs", ".toml", ".py"):
            if len(inside) == 1 or inside[0] in ("third_party", "LICENSES"):
                found.append(plain(path.read_text(encoding="utf-8", errors="replace")))
    return found


def without_a_text(package):
    """For a crate that brings no text of its own: the text of a licence that it may be used under."""
    allowed = re.split(r"\s+OR\s+|/", package["license"] or "")
    authors = ", ".join(re.sub(r"\s*<.*?>", "", author) for author in package["authors"])
    authors = authors or f"the {package['name']} authors"
    if "MIT" in allowed:
        ours = (ROOT / "LICENSE-MIT").read_text()
        return plain(re.sub(r"Copyright \(c\).*", f"Copyright (c) {authors}", ours, count=1))
    if "Apache-2.0" in allowed:
        return plain((ROOT / "LICENSE-APACHE").read_text())
    sys.exit(f"licences: {package['name']} is under {package['license']} and has no text of it among its sources")


def listing(crates, known):
    width = max(len(f"{name} {version}") for name, version in crates)
    for name, version in sorted(crates):
        package = known[name, version]
        where = package["repository"] or package["homepage"] or ", ".join(package["authors"])
        yield f"  {f'{name} {version[1:]}':<{width}}  {package['license']}\n  {'':<{width}}  {where}"


def document(targets):
    """The text of THIRD-PARTY-LICENSES for what was built for these targets."""
    known = packages()
    library = set().union(*(linked(target) for target in targets))
    both = set().union(*(linked(target, "--features", "cli") for target in targets))
    parts = [f"Third-party software in realvirtual-ws, as built for {', '.join(targets)}\n"]
    parts.append(f"In the library and in rvws, {len(library)} crates:\n\n" + "\n".join(listing(library, known)) + "\n")
    tool = both - library
    parts.append(f"In rvws alone, {len(tool)} crates:\n\n" + "\n".join(listing(tool, known)) + "\n")
    parts.append(ALSO)
    users = {}
    for name, version in sorted(both):
        package = known[name, version]
        for text in texts(package) or [without_a_text(package)]:
            # Texts that differ in nothing but spaces and the breaking of lines are one.
            _, names = users.setdefault(" ".join(text.split()), (text, {}))
            names[f"{name} {version[1:]}"] = True
    for text, names in users.values():
        parts.append(f"{RULE}\n{', '.join(names)}\n{RULE}\n\n{text}\n")
    return "\n".join(parts)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.stdout.write(document(sys.argv[1:]))


if __name__ == "__main__":
    os.environ.setdefault("CARGO_TERM_COLOR", "never")
    main()

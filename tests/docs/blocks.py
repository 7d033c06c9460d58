"""The fenced blocks of a Markdown page, and what the words after the language say is to be done with each.

    ```c runs                     it runs: a program to its end, with exit code 0; a `console` transcript as it stands
    ```c runs: OPTION; OPTION     the same, with what follows
    ```c no-run: REASON           it cannot run, and why

Options:

    after, after NAME   in the directory of the page's previous block, or of the block `as NAME`, once that has run
    as NAME             gives it a name
    beside              goes on while the blocks after it run, and is started again when its time is over; it is up once
                        it listens on port 7000
    prints TEXT         a line with TEXT, where `...` stands for anything, is in its output; it need not end by itself
    is PATH             it is that file, word for word
    frame FILE          it stands where that file of tests/docs/frames has a line with BLOCK
    in FOLDER           it runs in that folder of the checkout, instead of its root
    pytest              it is run by pytest

On a page that is rendered none of this is seen: the first word alone names the language.
"""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional

OPTIONS = {"after": "?", "as": "1", "beside": "0", "prints": "1", "is": "1", "frame": "1", "pytest": "0", "in": "1"}
LANGUAGES = ("c", "cpp", "csharp", "python", "sh", "console", "cmake")


class Fault(Exception):
    """What is wrong with a page: the sentence that is printed."""


@dataclass
class Block:
    page: str
    line: int
    language: str
    mark: str
    text: str
    options: Dict[str, str] = field(default_factory=dict)
    before: Optional["Block"] = None

    def __str__(self):
        return f"{self.page}:{self.line}"


def read(page, text):
    """All blocks of a page. A block in a list is indented, and so is its text."""
    found, lines = [], text.splitlines()
    at = 0
    while at < len(lines):
        fence = re.match(r"( *)(`{3,}|~{3,}) *(\S*) *(.*)$", lines[at])
        at += 1
        if not fence:
            continue
        indent, ticks, language, mark = fence.groups()
        begin = at
        while at < len(lines) and lines[at].strip() != ticks:
            at += 1
        if at == len(lines):
            raise Fault(f"{page}:{begin}: a block without an end")
        body = "".join(line[len(indent):] + "\n" for line in lines[begin:at])
        found.append(Block(page, begin, language, mark.strip(), body))
        at += 1
    return found


def is_run(block):
    """Whether its mark says so; a fault where it says nothing that is known."""
    kind, _, rest = block.mark.partition(":")
    if kind == "no-run" and len(rest.strip()) > 3:
        return False
    if kind != "runs":
        raise Fault(f"{block}: the block says neither `runs` nor `no-run: REASON` after its language")
    if block.language not in LANGUAGES:
        raise Fault(f"{block}: blocks in {block.language or 'no language'!r} cannot run, those in {LANGUAGES} can")
    for option in filter(None, (part.strip() for part in rest.split(";"))):
        name, _, value = option.partition(" ")
        wanted = OPTIONS.get(name)
        if wanted is None or (wanted == "0" and value) or (wanted == "1" and not value):
            raise Fault(f"{block}: no option {option!r}; tests/docs/blocks.py has them")
        block.options[name] = value.strip()
    return True


def chains(blocks: List[Block]) -> List[List[Block]]:
    """What runs together: each block that none comes after, with those before it, the first one first."""
    running = [block for block in blocks if is_run(block)]
    names = {block.options["as"]: block for block in running if "as" in block.options}
    for at, block in enumerate(running):
        name = block.options.get("after")
        if name is None:
            continue
        block.before = names.get(name) if name else running[at - 1] if at else None
        if block.before is None or running.index(block.before) >= at:
            raise Fault(f"{block}: there is no block {name or 'that runs'!r} before it")
    found = []
    for block in running:
        if any(other.before is block for other in running):
            continue
        chain = [block]
        while chain[0].before:
            chain.insert(0, chain[0].before)
        found.append(chain)
    return found

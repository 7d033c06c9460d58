"""The rows of `make verify-cross` and `make verify-packages` in docs/VERIFIED.md."""

import datetime
import subprocess

from binaries import ROOT

PAGE = ROOT / "docs" / "VERIFIED.md"
COMMAND = "`make verify-cross`"


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def write(results, failed, command=COMMAND):
    """Puts a row for each {what: result} of a command in the place of an older one, or at the end. Returns what became of it."""
    changed = [line for line in git("status", "--porcelain").splitlines() if not line.endswith("docs/VERIFIED.md")]
    if failed:
        return "not recorded: something failed"
    if changed:
        return f"not recorded: {len(changed)} files differ from the commit: commit them first"
    commit, today = git("rev-parse", "--short", "HEAD"), datetime.date.today().isoformat()
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for what, result in results.items():
        row = f"| {what} | {command} | {commit} | {today} | {result} |"
        older = [n for n, line in enumerate(lines) if command in line and line.startswith(f"| {what.split(':')[0]}: ")]
        if older:
            lines[older[0]] = row
        else:
            lines.append(row)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"recorded in docs/VERIFIED.md as of {commit}"

#!/usr/bin/env python3
"""Writes docs/explain-all.md: what `turnaway explain` says of each enhanced code in each class.

Usage: write_explain_all.py TURNAWAY [--check]
81 codes of the registry with the classes 2, 4 and 5 are 243 answers. With --check nothing is written; exit 1 when the file is not
what the program says now. A test does that, so that no answer changes unread.
"""
import csv
import difflib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/explain-all.md"
HEAD = """# What `turnaway explain` says of each enhanced code

Each code of the registry in each class: {count} answers. This page is written by `tools/write_explain_all.py`; a test holds it
against the program.
"""
CLASSES = {"2": "success", "4": "temporary failure", "5": "permanent failure"}


def codes() -> list[str]:
    with (ROOT / "data/codes.csv").open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file) if row["kind"] == "enhanced"]


def answers(program: str, names: list[str]) -> str:
    call = [program, "explain", "--color", "never", *names]
    output = subprocess.run(call, capture_output=True, check=True).stdout.decode()
    return "\n".join(line.rstrip() for line in output.rstrip().split("\n"))


def page(program: str) -> str:
    known = codes()
    parts = [HEAD.format(count=len(known) * len(CLASSES))]
    for digit, kind in CLASSES.items():
        names = [digit + code[1:] for code in known]
        parts.append(f"\n## Class {digit}: {kind}\n\n```\n{answers(program, names)}\n```\n")
    return "".join(parts)


def main() -> int:
    written = page(sys.argv[1])
    if "--check" not in sys.argv[2:]:
        PAGE.write_text(written, encoding="utf-8")
        return 0
    kept = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if kept == written:
        return 0
    changes = difflib.unified_diff(kept.splitlines(), written.splitlines(), "in the file", "now", lineterm="")
    print("\n".join(list(changes)[:60]))
    print(f"{PAGE.name} is not current: run tools/write_explain_all.py, and read what changed")
    return 1


if __name__ == "__main__":
    sys.exit(main())

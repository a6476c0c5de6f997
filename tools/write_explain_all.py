#!/usr/bin/env python3
"""Writes docs/explain-all.md and docs/explain-replies.md: the output of `turnaway explain` for each enhanced code and for real replies.

Usage: write_explain_all.py TURNAWAY [--check]
Every code of the registry with each of the classes 2, 4 and 5 is an answer; the replies are those of tests/data/replies.csv and
reply_kinds.csv. With --check nothing is written; exit 1 when a file is not what the program says now. A test does that, so that
no answer changes unread.
"""
import csv
import difflib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEAD = """# Explanations of all enhanced codes

The output of `turnaway explain` for each code of the registry in each class: {count} answers. This page is written by
`tools/write_explain_all.py`; a test compares it with the program.
"""
REPLIES_HEAD = """# Explanations of real replies

The output of `turnaway explain` for {count} replies of providers, mail servers and logs (`tests/data/replies.csv`,
`tests/data/reply_kinds.csv`): the answer, the cause found in the reply, who must act, and whether a retry makes sense. This page is written by
`tools/write_explain_all.py`; a test compares it with the program.

| reply | answer | cause | who must act | retry |
|---|---|---|---|---|
"""
CLASSES = {"2": "success", "4": "temporary failure", "5": "permanent failure"}


def codes() -> list[str]:
    with (ROOT / "data/codes.csv").open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file) if row["kind"] == "enhanced"]


def answers(program: str, names: list[str]) -> str:
    call = [program, "explain", "--color", "never", *names]
    output = subprocess.run(call, capture_output=True, check=True).stdout.decode()
    return "\n".join(line.rstrip() for line in output.rstrip().split("\n"))


def codes_page(program: str) -> str:
    known = codes()
    parts = [HEAD.format(count=len(known) * len(CLASSES))]
    for digit, kind in CLASSES.items():
        names = [digit + code[1:] for code in known]
        parts.append(f"\n## Class {digit}: {kind}\n\n```\n{answers(program, names)}\n```\n")
    return "".join(parts)


def cell(text: str | None) -> str:
    """As text of a Markdown table."""
    escaped = (text or "-").replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    return " ".join(escaped.split())


def replies_page(program: str) -> str:
    replies = []
    for name in ("replies.csv", "reply_kinds.csv"):
        with (ROOT / "tests/data" / name).open(encoding="utf-8", newline="") as file:
            replies += [row["reply"] for row in csv.DictReader(file)]
    output = subprocess.run([program, "explain", "--json", "--", *replies], capture_output=True, check=False).stdout
    rows = []
    for record in map(json.loads, output.splitlines()):
        cause = record.get("cause")
        cells = (record["input"], record.get("answer"), cause["title"] if cause else None, record.get("who_acts"), record.get("retry"))
        rows.append("| " + " | ".join(map(cell, cells)) + " |\n")
    return REPLIES_HEAD.format(count=len(replies)) + "".join(rows)


def is_current(page: pathlib.Path, written: str) -> bool:
    kept = page.read_text(encoding="utf-8") if page.exists() else ""
    if kept == written:
        return True
    changes = difflib.unified_diff(kept.splitlines(), written.splitlines(), "in the file", "now", lineterm="")
    print("\n".join(list(changes)[:60]))
    print(f"{page.name} is not current: run tools/write_explain_all.py, and read what changed")
    return False


def main() -> int:
    pages = {ROOT / "docs/explain-all.md": codes_page(sys.argv[1]), ROOT / "docs/explain-replies.md": replies_page(sys.argv[1])}
    if "--check" in sys.argv[2:]:
        return 0 if all([is_current(page, written) for page, written in pages.items()]) else 1
    for page, written in pages.items():
        page.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

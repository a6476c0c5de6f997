#!/usr/bin/env python3
"""Turns data/implied_codes.csv into the rows that src/codes/implied_code.cc includes.

Usage: generate_implied_codes.py DATA_FOLDER OUTPUT_FOLDER
`when` is a reply code, perhaps at one stage only, or a cause that the words of a reply show. Writes implied_codes.inc. It only
translates: whether the rows are right is checked by the compiler. Run by CMake.
"""
import csv
import pathlib
import sys

HEAD = "// Made from data/implied_codes.csv by tools/generate_implied_codes.py. Change the table, not this file.\n"


def detail(code: str) -> str:
    _, subject, last = code.split(".")
    return f"Detail{{{subject}, {last}}}"


def array(kind: str, name: str, items: list[str]) -> str:
    body = "".join(f"    {{{item}}},\n" for item in items)
    return f"constexpr std::array<{kind}, {len(items)}> {name}{{{{\n{body}}}}};\n"


def main() -> int:
    source, folder = pathlib.Path(sys.argv[1], "implied_codes.csv"), pathlib.Path(sys.argv[2])
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    replies = [f"ReplyCode({row['when']}), Stage::{row['stage'] or 'unknown'}, {detail(row['code'])}, "
               f"{'true' if row['words'] == 'yes' else 'false'}" for row in rows if row["when"].isdigit()]
    causes = [f"Cause::{row['when'].replace('-', '_')}, {detail(row['code'])}" for row in rows if not row["when"].isdigit()]
    folder.mkdir(parents=True, exist_ok=True)
    text = HEAD + array("ImpliedByReply", "implied_by_reply", replies) + array("ImpliedByCause", "implied_by_cause", causes)
    (folder / "implied_codes.inc").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Turns data/dkim-selectors.csv (names under which DKIM keys are often left behind) into src/park's dkim_selectors.inc.

Usage: generate_dkim_selectors.py TABLE OUTPUT_FOLDER
Each row: a selector, who uses it. A selector can be any name and DNS lists none, so these are guesses that cost one
question each; the order is the order of asking. Run by CMake.
"""
import csv
import pathlib
import re
import sys


def main():
    table, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["selector"] for row in rows]
    for name in names:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) or names.count(name) != 1:
            raise SystemExit(f"{table}: {name!r} is no selector or stands there twice")
    lines = [f'    {{"{row["selector"]}", "{row["used_by"]}"}},\n' for row in rows]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dkim_selectors.inc").write_text(
        "// Made from data/dkim-selectors.csv by tools/generate_dkim_selectors.py. Change the table, not this file.\n"
        f"constexpr std::array<DkimSelector, {len(rows)}> selectors{{{{\n{''.join(lines)}}}}};\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

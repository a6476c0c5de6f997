#!/usr/bin/env python3
"""Scores `turnaway explain` against replies that a person labelled.

Usage: score_explain.py TURNAWAY REPLIES.csv [--show] [--part tuning|aside]
REPLIES.csv has the columns reply and category (a category of taxonomy.csv) and perhaps id. The cause that `explain` finds is
right when data/cause_categories.csv maps it to that category; no cause is right for "unknown". With --part the rows are split
by a fixed seed: one sixth is kept aside and never shown, only its score is printed. (Until 30 November 2026 a third was kept aside,
and scored 72.4 % then; half of it was looked at on that day and counts as tuned since.)
"""
import argparse
import csv
import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SEED = 20261129


def read(path: str) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def part_of(rows: list[dict], part: str | None) -> list[dict]:
    if part is None:
        return rows
    names = sorted(row["id"] for row in rows)
    random.Random(SEED).shuffle(names)
    aside = set(names[: len(names) // 6])
    return [row for row in rows if (row["id"] in aside) == (part == "aside")]


def cause_of(program: str, reply: str) -> str | None:
    call = [program, "explain", "--json", reply]
    output = subprocess.run(call, capture_output=True, check=False).stdout
    records = [json.loads(line) for line in output.splitlines()]
    causes = [record["cause"]["name"] for record in records if record.get("cause")]
    return causes[0] if causes else None


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("replies")
    parser.add_argument("--show", action="store_true", help="print what is wrong")
    parser.add_argument("--part", choices=("tuning", "aside"))
    options = parser.parse_args()
    categories = {row["cause"]: row["categories"].split() for row in read(ROOT / "data/cause_categories.csv")}
    rows = part_of(read(options.replies), options.part)
    right = without = 0
    for row in rows:
        cause = cause_of(options.program, row["reply"])
        without += cause is None
        is_right = row["category"] in (categories[cause] if cause else ["unknown"])
        right += is_right
        if options.show and not is_right and options.part != "aside":
            print(f"{row.get('id', '-')}\t{row['category']}\t{cause}\t{row['reply']}")
    print(f"{right} of {len(rows)} right: {100 * right / len(rows):.1f} %; no cause for {without}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Scores `turnaway diagnose` against a corpus of bounces with labels.

Usage: score_bounces.py TURNAWAY [CORPUS_FOLDER] [--wrong COLUMN]
The corpus is a folder with expected.csv, expected_second_opinion.csv, silver_recipients.csv and maildir/bsd. A quarter of its files, chosen by a
hash of the name, is set aside: rules were never written by looking at it. Prints for both parts how many recipients, reply codes, enhanced codes,
hard or soft and reasons are as labelled. --wrong lists what is not, of the part that may be looked at only. A pseudo code of Sisimai (5.0.9xx)
means that the message has none. Labels that are wrong in our opinion are in docs/disputes.md; they count as wrong here.
"""
import argparse
import csv
import hashlib
import json
import pathlib
import re
import subprocess
import sys

COLUMNS = ("recipient", "reply", "enhanced", "hard", "reason")
PSEUDO_CODE = re.compile(r"[45]\.0\.9\d\d")


def is_aside(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] % 4 == 0


def rows_by_file(path: pathlib.Path) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["file"], []).append(row)
    return found


def diagnoses(program: str, files: list[str]) -> dict[str, list[dict]]:
    run = subprocess.run([program, "diagnose", "--json", *files], capture_output=True, text=True, check=True)
    found: dict[str, list[dict]] = {}
    for line in run.stdout.splitlines():
        row = json.loads(line)
        name = pathlib.Path(row["source"]).name
        found.setdefault(re.sub(r"(\.eml):\d+$", r"\1", name), []).append(row)
    return found


def answers(label: dict, address: str, found: dict) -> dict[str, tuple]:
    """(labelled, found) for each column."""
    sisimai = found.get("compat", {}).get("sisimai", {})
    code = label["deliverystatus"]
    return {
        "recipient": (address.lower(), (found.get("recipient") or "").lower()),
        "reply": (label["replycode"], str(found.get("reply") or "")),
        "enhanced": ("" if PSEUDO_CODE.fullmatch(code) else code, found.get("enhanced") or ""),
        "hard": (label["hardbounce"], str(sisimai.get("hardbounce", False)).lower()),
        "reason": (label["reason"], sisimai.get("reason", found.get("kind", ""))),
    }


def pick(rows: list[dict], address: str, at: int) -> dict:
    """The row of this recipient, or else the one in the same place."""
    for row in rows:
        if address and (row.get("recipient") or "").lower() == address.lower():
            return row
    return rows[at] if at < len(rows) else rows[0] if rows else {}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("corpus", nargs="?", default="/work/shared/corpora/bounces", type=pathlib.Path)
    parser.add_argument("--wrong", choices=COLUMNS)
    options = parser.parse_args()
    labels = rows_by_file(options.corpus / "expected.csv")
    recipients = rows_by_file(options.corpus / "silver_recipients.csv")
    folder = options.corpus / "maildir/bsd"
    files = sorted(name for name in labels if (folder / name).exists())
    found = diagnoses(options.program, [str(folder / name) for name in files])
    right = {(part, column): 0 for part in (False, True) for column in COLUMNS}
    total = dict(right)
    for name in files:
        for at, label in enumerate(labels[name]):
            known = [row["recipient"] for row in recipients.get(name, []) if row["index"] == label["index"]]
            address = known[0] if known else ""
            row = pick(found.get(name, []), address, at)
            for column, (wanted, got) in answers(label, address, row).items():
                if column == "recipient" and not address:
                    continue
                total[is_aside(name), column] += 1
                right[is_aside(name), column] += wanted == got
                if column == options.wrong and wanted != got and not is_aside(name):
                    evidence = ((row.get("evidence") or {}).get("text") or "").replace("\n", " | ")[:200]
                    print(name, label["index"], f"labelled {wanted}, found {got}:", evidence)
    print(f"{'':10} {'tuned on':>16} {'set aside':>16}")
    for column in COLUMNS:
        cells = [f"{right[part, column]}/{total[part, column]} {100 * right[part, column] / max(total[part, column], 1):.1f} %" for part in (False, True)]
        print(f"{column:10} {cells[0]:>16} {cells[1]:>16}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

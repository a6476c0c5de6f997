#!/usr/bin/env python3
"""Turns data/demo_peers.csv (what other mail servers do in the demo's cases) into src/cli's demo_peers.inc.

Usage: generate_demo_peers.py TABLE OUTPUT_FOLDER
The table is written by tests/live/demo_peers.py, which measures it; docs/senders.md shows the same rows. Made of it are a few words
for each row, and for each case the servers that leave their user waiting longest. Run by CMake.
"""
import csv
import pathlib
import re
import sys

from cxx_text import literal

DELIVERED_CASES = ("two-mx", "healthy")  # where the message should arrive


def duration(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def name(row):
    """`Postfix 3.7`"""
    return f"{row['server']} {re.match(r'[0-9]+[.][0-9]+', row['version'])[0]}"


def does(row):
    if row["outcome"] == "kept":
        return f"keeps it for {row['days']} days"
    after = f"after {duration(float(row['seconds']))}"
    if row["outcome"] == "delivered":
        return f"delivers {after}"
    if row["case"] in DELIVERED_CASES:
        return f"reports a failure {after}"
    return f"reports {row['status'] or 'without a Status'} {after}"


def slowest(rows):
    """Of one case: `Postfix, Sendmail: 5 days`."""
    kept = [row for row in rows if row["outcome"] == "kept"]
    if kept:
        days = max(int(row["days"]) for row in kept)
        return f"{', '.join(row['server'] for row in kept if int(row['days']) == days)}: {days} days"
    failed = [row["server"] for row in rows if row["outcome"] == "reported"]
    if failed and rows[0]["case"] in DELIVERED_CASES:
        return f"{', '.join(failed)}: reports a failure"
    return "all report" if failed else "all deliver"


def main():
    table, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    days = {row["measured"] for row in rows}
    servers = {row["server"] for row in rows}
    cases = list(dict.fromkeys(row["case"] for row in rows))
    if len(days) != 1 or len(rows) != len(servers) * len(cases):
        raise SystemExit(f"{table}: not one run of all servers in all cases; run tests/live/demo_peers.py --write")
    lines = ["    {" + ", ".join(map(literal, (row["case"], name(row), does(row)))) + "},\n" for row in rows]
    by_case = {case: slowest([row for row in rows if row["case"] == case]) for case in cases}
    slow_lines = ["    {" + ", ".join(map(literal, pair)) + "},\n" for pair in by_case.items()]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo_peers.inc").write_text(
        "// Made from data/demo_peers.csv by tools/generate_demo_peers.py. Change the table, not this file.\n"
        f"constexpr std::string_view measured_on = {literal(days.pop())};\n"
        f"constexpr std::size_t servers = {len(servers)};\n"
        f"constexpr std::array<OtherServer, {len(rows)}> other_server_rows{{{{\n{''.join(lines)}}}}};\n"
        f"constexpr std::array<std::pair<std::string_view, std::string_view>, {len(cases)}> slowest_rows{{{{\n"
        f"{''.join(slow_lines)}}}}};\n",
        encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

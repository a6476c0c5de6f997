#!/usr/bin/env python3
"""Turns data/demo_peers.csv (what other mail servers do in the demo's cases) into src/cli's demo_peers.inc.

Usage: generate_demo_peers.py TABLE OUTPUT_FOLDER
Each row: the demo's case, a server with its version, what it did in a few words, where that is from.
"measured" is one run on Debian 12 on 2026-11-22: packages in their default settings, local DNS, hosts on
loopback. Run by CMake.
"""
import csv
import pathlib
import sys

from cxx_text import literal


def main():
    table, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not all(row["source"].startswith("measured") for row in rows):
        raise SystemExit(f"{table}: a row does not say where it is from")
    lines = ["    {" + ", ".join(literal(row[key]) for key in ("case", "server", "does")) + "},\n"
             for row in rows]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo_peers.inc").write_text(
        "// Made from data/demo_peers.csv by tools/generate_demo_peers.py. Change the table, not this file.\n"
        f"constexpr std::array<OtherServer, {len(rows)}> other_server_rows{{{{\n{''.join(lines)}}}}};\n",
        encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

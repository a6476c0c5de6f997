#!/usr/bin/env python3
"""Turns data/dns-providers.csv (which hosts of DNS take a null MX) into src/park's dns_providers.inc.

Usage: generate_dns_providers.py TABLE OUTPUT_FOLDER
Each row: the name for --provider, a title, whether it takes `.` as an exchange (accepts, rejects,
unknown), the fact, and where that is from: what was read, never what was guessed. Run by CMake.
"""
import csv
import pathlib
import sys

from cxx_text import literal


def main():
    table, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["provider"] for row in rows]
    if names != sorted(set(names)):
        raise SystemExit(f"{table}: providers must be sorted, each once")
    lines = []
    for row in rows:
        if row["null_mx"] not in ("accepts", "rejects", "unknown"):
            raise SystemExit(f"{table}: {row['provider']}: null_mx is {row['null_mx']!r}")
        if not row["source"].startswith("https://"):
            raise SystemExit(f"{table}: {row['provider']} does not say where that is from")
        lines.append(f"    {{{literal(row['provider'])}, {literal(row['title'])}, "
                     f"NullMxStanding::{row['null_mx']}, {literal(row['fact'])}, {literal(row['source'])}}},\n")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dns_providers.inc").write_text(
        "// Made from data/dns-providers.csv by tools/generate_dns_providers.py. Change the table, not this file.\n"
        f"constexpr std::array<DnsProvider, {len(rows)}> rows{{{{\n{''.join(lines)}}}}};\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Turns data/mail_providers.csv (mail domains of very many people) into src/check's mail_providers.inc.

Usage: generate_mail_providers.py TABLE OUTPUT_FOLDER
Run by CMake.
"""
import csv
import pathlib
import sys


def main():
    table, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with table.open(encoding="utf-8", newline="") as file:
        domains = [row["domain"] for row in csv.DictReader(file)]
    if len(set(domains)) != len(domains) or any(domain != domain.lower().strip() for domain in domains):
        raise SystemExit(f"{table}: a domain stands there twice or is not in lower case")
    lines = "".join(f'    "{domain}",\n' for domain in domains)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mail_providers.inc").write_text(
        "// Made from data/mail_providers.csv by tools/generate_mail_providers.py. Change the table, not this file.\n"
        f"constexpr std::array<std::string_view, {len(domains)}> mail_providers{{\n{lines}}};\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

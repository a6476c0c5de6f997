#!/usr/bin/env python3
"""Turns data/reasons.csv and data/cause_categories.csv into what src/bounce includes.

Usage: generate_reasons.py DATA_FOLDER OUTPUT_FOLDER
Writes reasons.inc: the enum of reasons, one row for each, and the reason of each cause in the order of causes.csv. A row of cause_categories.csv may
name several reasons: the first is the one that the cause alone stands for. Its column `sisimai` is the name for this cause where it differs from that
of the reason. Run by CMake.
"""
import csv
import pathlib
import sys

from cxx_text import literal


def read(path: pathlib.Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def identifier(text: str) -> str:
    return text.replace("-", "_").replace(".", "_")


def table(kind: str, name: str, items: list[str]) -> str:
    body = "".join(f"    {item},\n" for item in items)
    return f"inline constexpr std::array<{kind}, {len(items)}> {name}{{{{\n{body}}}}};\n"


def main() -> int:
    data, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows, causes = read(data / "reasons.csv"), read(data / "causes.csv")
    if len(rows) > 60:
        raise SystemExit("at most 60 reasons")
    sisimai = {row["reason"]: row["sisimai"] for row in rows}
    of_cause = {row["cause"]: row for row in read(data / "cause_categories.csv")}
    texts = ("reason", "scope", "who_acts", "action", "sisimai", "kumomta", "sparkpost", "sendgrid")
    reasons = [
        f"ReasonRow{{{', '.join(literal(row[key]) for key in texts)}, Permanence::{identifier(row['permanence'])}, "
        f"{int(row['suppress_days'])}}}"
        for row in rows
    ]
    links = []
    for cause in causes:
        row = of_cause[cause["name"]]
        reason = row["categories"].split()[0]
        links.append(f"CauseReason{{Reason::{identifier(reason)}, {literal(row['sisimai'] or sisimai[reason])}}}")
    names = "".join(f"    {identifier(row['reason'])},\n" for row in rows)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reasons.inc").write_text(
        "// Made from data/*.csv by tools/generate_reasons.py. Change the tables, not this file.\n"
        + f"enum class Reason : std::uint8_t {{\n{names}}};\n"
        + "struct ReasonRow {\n"
        + "    std::string_view name, scope, who_acts, action, sisimai, kumomta, sparkpost, sendgrid;\n"
        + "    Permanence permanence;\n"
        + "    int suppress_days;  // how long to leave the address alone; 0 to keep sending to it\n};\n"
        + "struct CauseReason {\n    Reason reason;\n    std::string_view sisimai;\n};\n"
        + table("ReasonRow", "reason_rows", reasons)
        + table("CauseReason", "cause_reasons", links),
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

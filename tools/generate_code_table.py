#!/usr/bin/env python3
"""Turns data/codes.csv into the rows and constants that src/codes/table.h includes.

Usage: generate_code_table.py CODES.csv OUTPUT_FOLDER
Writes constants.inc (names for codes) and code_rows.inc (the rows). It only translates: whether the
rows are right is checked by the compiler (src/codes/table.cc). Run by CMake, never by hand.
"""
import csv
import pathlib
import sys

from cxx_text import literal

HEAD = (
    "// Made from data/codes.csv by tools/generate_code_table.py. "
    "Change the table, not this file.\n"
)


def identifier(text: str) -> str:
    return text.replace("-", "_").replace(" ", "_")


def detail(code: str) -> str:
    _, subject, last = code.split(".")
    return f"Detail{{{subject}, {last}}}"



def constants(rows: list[dict]) -> str:
    lines = [HEAD]
    for row in rows:
        if not row["name"]:
            continue
        kind, value = (
            ("ReplyCode", f"({row['code']})") if row["kind"] == "reply" else ("Detail", "")
        )
        initial = f"{row['name']}{value}" if value else f"{row['name']} = {detail(row['code'])}"
        lines.append(f"inline constexpr {kind} {initial};  // {row['code']} {row['title']}\n")
    return "".join(lines)


def common(row: dict) -> str:
    return ", ".join(
        [
            literal(row["name"]),
            f"Standing::{row['standing']}",
            "true" if row["broad"] == "yes" else "false",
            literal(row["title"]),
            literal(row["meaning"]),
            literal(row["where"]),
            literal(row["reference"]),
        ]
    )


def acting(row: dict) -> str:
    return f"Actor::{identifier(row['who'])}, Retry::{row['retry']}"


def reply_row(row: dict) -> str:
    about = f"{{{common(row)}}}"
    return f"{{ReplyCode({row['code']}), {about}, {acting(row)}, {literal(row['advice'])}}}"


def enhanced_row(row: dict, pairs_begin: int, pairs_count: int) -> str:
    pairs_with_any = "true" if row["pairs"] == "any" else "false"
    classes = " | ".join(f"class_{digit}" for digit in row["classes"])
    return (
        f"{{{detail(row['code'])}, {{{common(row)}}}, {classes}, {pairs_begin}, {pairs_count}, "
        f"{pairs_with_any}, {acting(row)}, {literal(row['advice'])}, "
        f"{literal(row['advice_if_temporary'])}}}"
    )


def class_row(row: dict) -> str:
    texts = ", ".join(literal(row[key]) for key in ("title", "meaning", "reference"))
    return f"{{{row['code'][0]}, {texts}, {acting(row)}, {literal(row['advice'])}}}"


def subject_row(row: dict) -> str:
    texts = ", ".join(literal(row[key]) for key in ("title", "meaning", "reference"))
    return f"{{{row['code'].split('.')[1]}, {texts}}}"


def array(kind: str, name: str, items: list[str]) -> str:
    body = "".join(f"    {item},\n" for item in items)
    return f"inline constexpr std::array<{kind}, {len(items)}> {name}{{{{\n{body}}}}};\n"


def tables(rows: list[dict]) -> str:
    def of(kind: str) -> list[dict]:
        return [row for row in rows if row["kind"] == kind]

    pairs: list[str] = []
    enhanced: list[str] = []
    for row in of("enhanced"):
        codes = [] if row["pairs"] == "any" else row["pairs"].split()
        enhanced.append(enhanced_row(row, len(pairs), len(codes)))
        pairs += [f"ReplyCode({code})" for code in codes]
    ordered_replies = sorted(of("reply"), key=lambda row: int(row["code"]))
    return HEAD + "".join(
        [
            array("ClassRow", "class_rows", [class_row(row) for row in of("class")]),
            array("SubjectRow", "subject_rows", [subject_row(row) for row in of("subject")]),
            array("ReplyCode", "pair_codes", pairs),
            array("ReplyRow", "reply_rows", [reply_row(row) for row in ordered_replies]),
            array("EnhancedRow", "enhanced_rows", enhanced),
        ]
    )


def main() -> int:
    source, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "constants.inc").write_text(constants(rows), encoding="utf-8")
    (folder / "code_rows.inc").write_text(tables(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

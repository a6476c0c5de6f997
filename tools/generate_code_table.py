#!/usr/bin/env python3
"""Turns the tables of codes into the rows and constants that src/codes/table.h includes.

Usage: generate_code_table.py DATA_FOLDER OUTPUT_FOLDER
Reads codes.csv, registry.csv (what the IANA registry says of each enhanced code, the classes RFC 3463 calls useful, and the pairs
that other RFCs prescribe) and code_classes.csv (what an enhanced code means in one class, where that differs). Writes
constants.inc (names for codes) and code_rows.inc (the rows). It only translates: whether the rows are right is checked by the
compiler (src/codes/table.cc). Run by CMake.
"""
import csv
import pathlib
import sys

from cxx_text import literal

HEAD = (
    "// Made from data/codes.csv and the tables beside it by tools/generate_code_table.py. "
    "Change the table, not this file.\n"
)


def read(path: pathlib.Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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


def registry_entry(row: dict) -> str:
    texts = ", ".join(literal(row[key]) for key in ("sample_text", "submitter", "change_controller"))
    useful = identifier(row["useful"] or "in-its-classes")
    return f"{{{texts}, Track::{identifier(row['track'])}, UsefulAs::{useful}}}"


def enhanced_row(row: dict, tables: "Tables", pairs_begin: int, pairs_count: int) -> str:
    pairs_with_any = "true" if row["pairs"] == "any" else "false"
    classes = " | ".join(f"class_{digit}" for digit in row["classes"])
    success, temporary = (tables.of_class(digit, row["code"]) for digit in "24")
    who_if_temporary = identifier(temporary["who"] or row["who"])
    return (
        f"{{{detail(row['code'])}, {{{common(row)}}}, {classes}, {pairs_begin}, {pairs_count}, "
        f"{pairs_with_any}, {acting(row)}, {literal(row['advice'])}, "
        f"{literal(row['advice_if_temporary'])}, Actor::{who_if_temporary}, "
        f"{literal(success['meaning'])}, {literal(temporary['meaning'])}, "
        f"{registry_entry(tables.registry[row['code']])}}}"
    )


def class_row(row: dict) -> str:
    texts = ", ".join(literal(row[key]) for key in ("title", "meaning", "reference"))
    return f"{{{row['code'][0]}, {texts}, {acting(row)}, {literal(row['advice'])}}}"


def subject_row(row: dict) -> str:
    texts = ", ".join(literal(row[key]) for key in ("title", "meaning", "reference"))
    return f"{{{row['code'].split('.')[1]}, {texts}, Actor::{identifier(row['who'])}}}"


def array(kind: str, name: str, items: list[str]) -> str:
    body = "".join(f"    {item},\n" for item in items)
    return f"inline constexpr std::array<{kind}, {len(items)}> {name}{{{{\n{body}}}}};\n"


class Tables:
    """What stands beside codes.csv."""

    def __init__(self, folder: pathlib.Path):
        self.registry = {row["code"]: row for row in read(folder / "registry.csv")}
        self.by_class = {row["code"]: row for row in read(folder / "code_classes.csv")}

    def of_class(self, digit: str, code: str) -> dict:
        return self.by_class.get(digit + code[1:], {"meaning": "", "who": ""})


def tables(rows: list[dict], beside: Tables) -> str:
    def of(kind: str) -> list[dict]:
        return [row for row in rows if row["kind"] == kind]

    pairs: list[str] = []
    enhanced: list[str] = []
    for row in of("enhanced"):
        registered = [] if row["pairs"] == "any" else row["pairs"].split()
        codes = sorted(registered + beside.registry[row["code"]]["also"].split())
        enhanced.append(enhanced_row(row, beside, len(pairs), len(codes)))
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
    data, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows = read(data / "codes.csv")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "constants.inc").write_text(constants(rows), encoding="utf-8")
    (folder / "code_rows.inc").write_text(tables(rows, Tables(data)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The rules of style a program can see: file length, line width, format, words of unfinished work, where codes are spelled.

Prints each fault with file and line. clang-format does the rest of the layout and is asked here too.
"""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINES_MAX = 400
COLUMNS_MAX = 100
CODE_FOLDERS = ("src", "tests", "tools")
# What begins a coroutine that nobody waits for.
LET_GO = re.compile(r"\bco_spawn\b|\bdetached\b")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Enhanced codes are spelled in data/ and come from the table; a comment may name one, and so may the examples in cli/ of what
# to type. Sections of RFCs look like codes.
ENHANCED = re.compile(r"\"[^\"]*(?<!section )(?<![.\d])\b[245]\.\d{1,3}\.\d{1,3}\b[^\"]*\"")


def files(suffixes):
    for folder in CODE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "build" not in path.parts:
                yield path


def faults_of(path):
    relative = path.relative_to(ROOT)
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > LINES_MAX:
        yield f"{relative}: {len(lines)} lines, at most {LINES_MAX}"
    for number, line in enumerate(lines, 1):
        if relative.parts[0] == "src" and LET_GO.search(line) and relative.name not in ("start.h", "start.cc"):
            yield f"{relative}:{number}: a coroutine is let go; io/start.h does that, and keeps no exception secret"
        if path.suffix in (".cc", ".h") and len(line) > COLUMNS_MAX:
            yield f"{relative}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"
        if UNFINISHED.search(line) and path != pathlib.Path(__file__).resolve():
            yield f"{relative}:{number}: a mark of unfinished work"
        code = line.split("//")[0]
        if relative.parts[0] == "src" and relative.parts[1] != "cli" and ENHANCED.search(code):
            yield f"{relative}:{number}: an enhanced code is spelled outside data/codes.csv"


def format_faults():
    program = shutil.which("clang-format-19")
    if program is None:
        yield "clang-format-19 is missing (debian/control lists it)"
        return
    paths = [str(path) for path in files((".cc", ".h"))]
    result = subprocess.run([program, "--dry-run", "-Werror", *paths], capture_output=True, text=True, check=False)
    for line in result.stderr.splitlines():
        if "error:" in line:
            yield line.replace(str(ROOT) + "/", "")


def main():
    paths = list(files((".cc", ".h", ".py", ".sh")))
    faults = [fault for path in paths for fault in faults_of(path)] + list(format_faults())
    for fault in faults:
        print(fault)
    print(f"{len(paths)} files checked, {len(faults)} faults")
    return 1 if faults or not paths else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Writes the settings of a daemon, such as turnaway-relay, into its manual, man/DAEMON.conf.5, and into the example etc/DAEMON.conf.

Usage: write_settings.py PROGRAM [--check]
All of it is from `PROGRAM --print-schema`. By hand are, in the manual, what is before the section THE HOST and after the last
section of settings, and in the example, what is before its first empty line. With --check nothing is written; exit 1 when a file is
not what would be written now. A test does that.
"""
import itertools
import json
import pathlib
import subprocess
import sys
import textwrap

import written_files

COLUMNS_MAX = 100
HOST = ".Sh THE HOST\n"


def sections_of(rows):
    """[(section, its description, its rows)] in the order of the schema."""
    for (name, description), group in itertools.groupby(rows, lambda row: (row["section"], row["section_description"])):
        yield name, description, list(group)


# The manual, in mdoc.

def quoted(text):
    return text.replace("\\", "\\e").replace('"', "\\(dq")


def literal(label, toml):
    return f"{label}:\n.Li {quoted(toml)} .\n"


def manual_entry(row):
    is_route = row["form"] == "routes"
    name = "\\(dqdomain\\(dq , Va \\(dq*\\(dq" if is_route else row["key"]
    text = f".It Va {name}\n{quoted(row['description'])}\nAllowed: {quoted(row['allowed'])}.\n"
    if is_route:
        text += "Default: no static route.\n"
    else:
        text += literal("Default", row["default"]) if row["default"] else "Default: the system's full name.\n"
        text += literal("Example", row["example"]) if row["example"] else ""
    return text + ("A change needs a restart.\n" if row["needs_restart"] else "")


def manual(rows, now):
    before, _, after = now.partition(HOST)
    # The last of their sections ends where one begins that is not theirs.
    after = after[after.rindex(".Sh SECTION "):]
    after = after[after.index("\n.Sh ") + 1:]
    written = []
    for name, description, group in sections_of(rows):
        written += [f".Sh SECTION {name}\n" if name else HOST, quoted(description) + "\n", ".Bl -tag -width Ds\n",
                    *(manual_entry(row) for row in group), ".El\n"]
    return before + "".join(written) + after


# The example, a configuration in which every line is a comment.

def comment(text):
    return "".join(f"# {line}\n" for line in textwrap.wrap(text, COLUMNS_MAX - 2, break_on_hyphens=False))


def example_entry(row):
    if row["form"] == "routes":
        return comment(row["description"]) + "".join(f"# {line}\n" for line in row["example"].splitlines())
    if not row["default"]:
        return comment(row["description"]) + f"# {row['key']} = {row['example']}\n"
    shown = f"    # for example {row['example']}" if row["example"] else ""
    return comment(row["description"]) + f"# {row['key']} = {row['default']}{shown}\n"


def example(rows, now):
    written = [now.partition("\n\n")[0] + "\n"]
    for name, description, group in sections_of(rows):
        written += ["\n", comment(description) + f"[{name}]\n" if name else "", *map(example_entry, group)]
    return "".join(written)


def main():
    rows = json.loads(subprocess.run([sys.argv[1], "--print-schema"], capture_output=True, check=True).stdout)
    daemon = pathlib.Path(sys.argv[1]).name
    makers = {written_files.ROOT / f"man/{daemon}.conf.5": manual, written_files.ROOT / f"etc/{daemon}.conf": example}
    files = {path: make(rows, path.read_text(encoding="utf-8")) for path, make in makers.items()}
    return written_files.write_or_check(files, sys.argv)


if __name__ == "__main__":
    sys.exit(main())

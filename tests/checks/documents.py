"""Holds what users read against what the programs do.

For each command: every option of its command line is in its man page; defaults in --help stand in the man page; man pages format without
a warning; the README's programs and files exist, and so do the files to touch of docs/architecture.md; schemas stay open for added fields;
what docs/senders.md says of the demo's cases is in data/demo_peers.csv and agrees with its other tables. Completion scripts are made from
the command lines (tools/write_completions.py). Usage: documents.py BIN_FOLDER
"""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import senders_page  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def commands_of(folder):
    """Each program and command as its words, with the page of its own or of the command above it."""
    pages = {path.stem.replace("-", " "): path.name for path in (ROOT / "man").glob("*.[18]")}
    program = pathlib.Path(folder, "command_lines")
    if not program.exists():
        raise SystemExit(f"{program} is not built yet: build the target command_lines")
    printed = subprocess.run([program], capture_output=True, check=True).stdout
    commands = [([program["name"]], program) for program in json.loads(printed)]
    for words, command in commands:
        commands += [([*words, below["name"]], below) for below in command["commands"]]
    for words, _ in commands:
        name = " ".join(words).replace("-", " ")
        while name and name not in pages:
            name = name.rpartition(" ")[0]
        yield words, pages.get(name)


def help_of(folder, command):
    program = pathlib.Path(folder, command[0])
    return subprocess.run([program, *command[1:], "--help"], capture_output=True, text=True, check=True).stdout


def options_of_help(text):
    listed = [line for line in text.splitlines() if re.match(r"\s+(-\w,\s*)?--", line)]
    return {OPTION.search(line).group() for line in listed}


def man_text(page):
    result = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", "-rLL=200n", "-P-c", str(ROOT / "man" / page)],
                            capture_output=True, text=True, check=True)
    text = re.sub("\x1b\\[[0-9;]*m", "", result.stdout)
    return re.sub(".\x08", "", text).replace("\N{HYPHEN}", "-").replace("\N{MINUS SIGN}", "-"), result.stderr


def faults_of_page(folder, command, page):
    name = " ".join(command)
    if page is None:
        yield f"{name}: has no page in man/"
        return
    listed = help_of(folder, command)
    options = options_of_help(listed)
    if not options:
        yield f"{name} --help: no options found"
    text, warnings = man_text(page)
    for line in warnings.splitlines():
        yield f"man/{page}: {line}"
    in_man = set(OPTION.findall(text))
    for option in sorted(options - in_man):
        yield f"man/{page}: does not name {option} of '{name} --help'"
    for option, standard in re.findall(r"(--[a-z-]+)[^\n=]*=(\S+)", listed):
        if not re.search(rf"{option}.*?{re.escape(standard)}", text, re.DOTALL):
            yield f"man/{page}: does not say that {option} is {standard} by default"


def faults_of_readme():
    text = (ROOT / "README.md").read_text()
    for path in re.findall(r"\]\(([\w./-]+)\)", text):
        if not (ROOT / path).exists():
            yield f"README.md: {path} does not exist"


def faults_of_architecture():
    """The files that "What to touch" of docs/architecture.md names exist, but for those with a name in capitals, and `*` is some file."""
    text = (ROOT / "docs/architecture.md").read_text().partition("## What to touch\n")[2].partition("\n## ")[0]
    paths = [word for quoted in re.findall(r"`([^`]+)`", text) for word in quoted.split() if re.match(r"[\w-]+/[\w./*-]+$", word)]
    if not paths:
        yield "docs/architecture.md: names no files to touch"
    for path in paths:
        if not re.search("[A-Z]{4}", path) and not list(ROOT.glob(path)):
            yield f"docs/architecture.md: {path} does not exist"


def closed_objects(schema):
    """Objects of a schema that allow no further field, though fields are added."""
    if isinstance(schema, dict):
        closing = [key for key in ("additionalProperties", "unevaluatedProperties") if schema.get(key) is False]
        return len(closing) + sum(closed_objects(each) for each in schema.values())
    return sum(closed_objects(each) for each in schema) if isinstance(schema, list) else 0


def faults_of_schemas():
    for path in sorted((ROOT / "docs/schema").glob("*.json")):
        if count := closed_objects(json.loads(path.read_text())):
            yield f"docs/schema/{path.name}: {count} objects allow no field to be added"


def faults_of_senders():
    """The demo's table and the matrix are two runs: what a server does with a greeting of 521 must be the same in both."""
    text = (ROOT / "docs/senders.md").read_text()
    rows = senders_page.demo_rows()
    if text != senders_page.with_demo_cases(text, rows) or senders_page.demo_cases(rows) not in text:
        yield "docs/senders.md: its section about the demo is not made from data/demo_peers.csv"
    outcomes = {"bounced": "reported", "**deferred**": "kept"}
    for row in rows:
        cell = re.search(rf"^\| {row['server']} \| ([a-z*]+)", text, re.MULTILINE)
        if row["case"] == "host-521" and outcomes[cell[1]] != row["outcome"]:
            yield f"data/demo_peers.csv: {row['server']} {row['outcome']} the message, docs/senders.md says {cell[1]}"


def main():
    folder = sys.argv[1]
    commands = list(commands_of(folder))
    faults = [fault for words, page in commands for fault in faults_of_page(folder, words, page)]
    faults += list(faults_of_readme()) + list(faults_of_architecture()) + list(faults_of_schemas()) + list(faults_of_senders())
    for fault in faults:
        print(fault)
    print(f"{len(commands)} commands checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

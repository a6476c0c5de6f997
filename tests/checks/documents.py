"""Holds what users read against what the programs do.

For each program: every option its --help names is in its man page and in the bash, zsh and fish completion, and those name no
option it lacks; defaults in --help stand in the man page; man pages format without a warning; the README's programs and files
exist; schemas stay open for added fields; what docs/senders.md says of the demo's cases is in data/demo_peers.csv and agrees with its
other tables. Usage: documents.py BIN_FOLDER
"""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import senders_page  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Program and subcommand, its man page, the completion's name.
PAGES = [
    (["turnaway-refuse"], "turnaway-refuse.8", "turnaway-refuse"),
    (["turnaway-relay"], "turnaway-relay.8", "turnaway-relay"),
    (["turnaway"], "turnaway.1", "turnaway"),
    (["turnaway", "check"], "turnaway-check.1", "turnaway"),
    (["turnaway", "explain"], "turnaway-explain.1", "turnaway"),
    (["turnaway", "codes"], "turnaway-codes.1", "turnaway"),
    (["turnaway", "demo"], "turnaway-demo.1", "turnaway"),
    (["turnaway", "doctor"], "turnaway-doctor.1", "turnaway"),
    (["turnaway", "park"], "turnaway-park.1", "turnaway"),
    (["turnaway", "park", "records"], "turnaway-park.1", "turnaway"),
    (["turnaway", "park", "audit"], "turnaway-park.1", "turnaway"),
    *((["turnaway", "queue", *command.split()], "turnaway-queue.1", "turnaway") for command in (
        "", "list", "show", "hold", "release", "delete", "flush", "export", "summary", "hosts", "forget", "recover")),
]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


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


def faults_of_page(folder, command, page, completion):
    name = " ".join(command)
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
    for form in (f"{completion}.bash", f"_{completion}", f"{completion}.fish"):
        words = (ROOT / "etc/completion" / form).read_text()
        for option in sorted(options):
            if option not in words and f"-l {option[2:]}" not in words:
                yield f"etc/completion/{form}: does not offer {option} of '{name}'"
    for option, standard in re.findall(r"(--[a-z-]+)[^\n=]*=(\S+)", listed):
        if not re.search(rf"{option}.*?{re.escape(standard)}", text, re.DOTALL):
            yield f"man/{page}: does not say that {option} is {standard} by default"


def unknown_options(folder):
    """Options that completions and man pages name but no program has."""
    for completion in {page[2] for page in PAGES}:
        known = {"--help", "--version"}
        for command, _, name in PAGES:
            if name == completion:
                known |= options_of_help(help_of(folder, command))
        for form in (f"{completion}.bash", f"_{completion}", f"{completion}.fish"):
            words = (ROOT / "etc/completion" / form).read_text()
            named = set(OPTION.findall(words)) | {"--" + name for name in re.findall(r" -l ([a-z-]+)", words)}
            for option in sorted(named - known):
                yield f"etc/completion/{form}: offers {option}, which does not exist"


def faults_of_readme():
    text = (ROOT / "README.md").read_text()
    for path in re.findall(r"\]\(([\w./-]+)\)", text):
        if not (ROOT / path).exists():
            yield f"README.md: {path} does not exist"


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
    faults = [fault for page in PAGES for fault in faults_of_page(folder, *page)]
    faults += list(unknown_options(folder)) + list(faults_of_readme()) + list(faults_of_schemas()) + list(faults_of_senders())
    for fault in faults:
        print(fault)
    print(f"{len(PAGES)} pages checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

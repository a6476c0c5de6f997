"""docs/conformance.md: every statement of the standards has one row, and every test that it cites exists.

The headings say how many statements each standard has, the first paragraph how many there are and how they stand. Fails for an
identifier that is missing, unknown or there twice, a row without its section or its words, a test that does not exist or is not run, a
`holds` without a test, another row without a reason, and counts that the rows do not bear out. Usage: conformance.py [PAGE]
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STATEMENTS = 154
STANDINGS = ("holds", "does not apply", "does not hold")
HEADING = re.compile(r"^## RFC (\d+).*: (\d+) statements?$", re.MULTILINE)
ROW = re.compile(r"^\| (\d+-\d+) \|(.*)\|$", re.MULTILINE)
SUMMARY = re.compile(r"(\d+) statements: (\d+) hold, (\d+) do not apply, (\d+) do not hold")


def defines(text, suffix, name):
    """Whether a test file defines the test of this name."""
    if suffix == ".cc":
        suite, _, case = name.partition(".")
        return re.search(rf"^TEST(_F|_P)?\({re.escape(suite)}, {re.escape(case)}\)", text, re.MULTILINE)
    return re.search(rf"^ *def {re.escape(name)}\(", text, re.MULTILINE)


def is_run(path):
    """Whether CTest has this script, by its name or as one of a list (`live/relay_${name}.py`)."""
    listed = (ROOT / "tests/CMakeLists.txt").read_text(encoding="utf-8").replace("${checks}", "tests/checks")
    if path in listed:
        return True
    for before, after in re.findall(r"tests/([\w/]*)\$\{name\}(\w*)\.py", listed):
        name = re.fullmatch(rf"tests/{before}(\w+){after}\.py", path)
        if name and re.search(rf"foreach\(name [^)]*\b{name[1]}\b", listed):
            return True
    return False


def faults_of_test(cited):
    """Of `tests/a.txt`, `tests/a_test.cc: Suite.Name` or `tests/a.py: test_name`."""
    path, _, name = cited.partition(": ")
    file = ROOT / path
    if not path.startswith("tests/") or not file.is_file():
        yield f"there is no file {path} in tests/"
    elif file.suffix == ".txt":
        if name:
            yield f"{path} is a dialogue, which has no test by the name {name}"
    elif not name:
        yield f"{path} is cited without the name of a test"
    elif not defines(file.read_text(encoding="utf-8"), file.suffix, name):
        yield f"{path} has no test {name}"
    elif file.suffix == ".py" and not is_run(path):
        yield f"{path} is run by no test of tests/CMakeLists.txt"


def faults_of_row(cells):
    if len(cells) != 5:
        yield f"has {len(cells) + 1} cells instead of 6"
        return
    section, words, standing, tests, reason = cells
    if not section or not words:
        yield "has no section or no words"
    if standing not in STANDINGS:
        yield f"'{standing}' is none of {', '.join(STANDINGS)}"
    cited = re.findall(r"`([^`]+)`", tests)
    if standing == "holds" and not cited:
        yield "holds without a test"
    if standing != "holds" and not reason:
        yield f"{standing}, and no reason is given"
    if re.sub(r"`[^`]+`|,", "", tests).strip():
        yield f"the tests are not a list of names in back quotes: {tests}"
    for one in cited:
        yield from faults_of_test(one)


def faults_of_page(text):
    declared = {f"{rfc}-{number}" for rfc, count in HEADING.findall(text) for number in range(1, int(count) + 1)}
    rows = [(identifier, [cell.strip() for cell in rest.split("|")]) for identifier, rest in ROW.findall(text)]
    times = collections.Counter(identifier for identifier, _ in rows)
    if len(declared) != STATEMENTS:
        yield f"the headings declare {len(declared)} statements instead of {STATEMENTS}"
    for identifier in sorted(declared - set(times)):
        yield f"{identifier}: has no row"
    for identifier in sorted(set(times) - declared):
        yield f"{identifier}: no heading declares it"
    for identifier, count in times.items():
        if count > 1:
            yield f"{identifier}: has {count} rows"
    for identifier, cells in rows:
        yield from (f"{identifier}: {fault}" for fault in faults_of_row(cells))
    standings = collections.Counter(cells[2] for _, cells in rows if len(cells) > 2)
    counts = (len(rows), *(standings[standing] for standing in STANDINGS))
    said = SUMMARY.search(text)
    if said is None or tuple(map(int, said.groups())) != counts:
        yield "the summary is not '{} statements: {} hold, {} do not apply, {} do not hold'".format(*counts)


def main():
    page = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/conformance.md"
    faults = list(faults_of_page(page.read_text(encoding="utf-8")))
    for fault in faults:
        print(f"{page.name}: {fault}")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Files of the checkout that a tool writes from what a program says, and the check that they are what it would write now."""
import difflib
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]


def is_current(path, text):
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    if kept == text:
        return True
    changes = difflib.unified_diff(kept.splitlines(), text.splitlines(), str(path.relative_to(ROOT)), "as it would be written", lineterm="")
    print("\n".join(list(changes)[:60]))
    return False


def write_or_check(files, argv):
    """{path: text}; with --check nothing is written, and the exit code is 1 when a file differs."""
    if "--check" not in argv:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        return 0
    old = [path for path, text in files.items() if not is_current(path, text)]
    if old:
        words = [word.removeprefix(f"{ROOT}/") for word in argv if word != "--check"]
        print(f"Out of date: {', '.join(path.name for path in old)}. Write them with:\n  python3 -B {' '.join(words)}")
    return 1 if old else 0

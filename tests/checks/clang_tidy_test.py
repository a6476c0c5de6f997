"""Tests clang_tidy.py with a small checkout: what it finds in a group of sources, and when a result that was kept is used.

Exit status 77 (skipped) without clang-tidy-19.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CLEAN = "int {name}(int value) {{ return value + 1; }}\n"
# A fault that clang-tidy finds, and the check that finds it.
FAULTS = {
    "null": ("int head(const int* list) {\n    if (list == nullptr) return *list;\n    return 1;\n}\n"
             "int null() {\n    const int one = 1;\n    return head(&one);\n}\n", "Dereference of null"),
    "moved": ("#include <string>\n#include <utility>\nvoid keep(std::string text);\n"
              "std::size_t moved(std::string text) {\n    keep(std::move(text));\n    return text.size();\n}\n", "use-after-move"),
    "using": ("#include <list>\n#include <vector>\nusing std::vector;\nusing std::list;\n"
              "vector<int> made() { return {}; }\n", "unused-using-decls"),
    "loop": ("void turn(int& turns) {\n    for (int i = 0; i < 10;) ++turns;\n}\n", "infinite-loop"),
}
# A fault that --deep alone finds.
COPIED = "#include <string>\nstd::size_t copied(const int add, std::string text) { return text.size() + add; }\n"
# Uses what "using" does not: in one group both names would count as used.
USER = "#include <list>\nusing std::list;\nlist<int> numbers() { return {}; }\n"


class Checkout:
    def __init__(self, folder, cache, sources):
        self.folder, self.cache = folder, cache
        for path in ("tests/checks", "src/part", "build"):
            (folder / path).mkdir(parents=True)
        shutil.copy(HERE / "clang_tidy.py", folder / "tests/checks")
        shutil.copy(HERE.parent.parent / ".clang-tidy", folder)
        self.write("build/build.ninja", "rule CUSTOM_COMMAND\n  command = cp $in $out\n"
                   "build made/table.inc: CUSTOM_COMMAND ../table.csv\n")
        self.write("table.csv", "1\n")
        commands = []
        for name, text in sources.items():
            self.write(f"src/part/{name}.cc", text)
            commands.append({"directory": str(folder / "build"), "file": str(folder / f"src/part/{name}.cc"),
                             "command": f"/usr/bin/clang++-19 -I{folder}/src -I{folder}/build/made -std=c++23 -o x.o -c x.cc"})
        self.write("build/compile_commands.json", json.dumps(commands))

    def write(self, path, text):
        (self.folder / path).write_text(text)

    def run(self, *options):
        done = subprocess.run([sys.executable, "-B", self.folder / "tests/checks/clang_tidy.py", *options, self.folder / "build"],
                              env={**os.environ, "TURNAWAY_TIDY_CACHE": str(self.cache)},
                              capture_output=True, text=True, check=False)
        self.output = done.stdout + done.stderr
        return done.returncode


class ClangTidyTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="turnaway-tidy-test-")
        self.addCleanup(self.place.cleanup)
        self.folder = pathlib.Path(self.place.name)

    def checkout(self, name, sources):
        return Checkout(self.folder / name, self.folder / "cache", sources)

    def assert_looked_at(self, checkout, status, looked_at, *options):
        self.assertEqual(checkout.run(*options), status, checkout.output)
        self.assertIn(f" {looked_at} looked at in ", checkout.output)

    def test_group_finds_what_single_sources_have(self):
        sources = {name: text for name, (text, _) in FAULTS.items()}
        sources |= {"user": USER, "caller": "int head(const int* list);\nint call() {\n    const int one = 1;\n    return head(&one);\n}\n"}
        sources |= {f"clean_{i}": CLEAN.format(name=f"clean_{i}") for i in range(4)}
        checkout = self.checkout("one", sources)
        self.assert_looked_at(checkout, 1, len(sources))
        for name, (_, check) in FAULTS.items():
            self.assertRegex(checkout.output, f"(?m)^src/part/{name}.cc:\n(.*\n)*?.*{check}")
        self.assertIn(f"{len(FAULTS)} with findings", checkout.output)
        # Only clean ones are kept, and the findings are printed again.
        first = checkout.output
        self.assert_looked_at(checkout, 1, len(FAULTS))
        self.assertEqual(sorted(first.splitlines()[:-1]), sorted(checkout.output.splitlines()[:-1]))

    def test_sources_that_do_not_compile_in_a_group(self):
        text = "#define SIZE {0}\nstruct Part_ {{ int at[SIZE]; }};\nint size_{0}() {{ return SIZE; }}\n"
        checkout = self.checkout("one", {f"part_{i}": text.format(i) for i in range(1, 4)})
        self.assert_looked_at(checkout, 0, 3)
        self.assert_looked_at(checkout, 0, 0)

    def test_change_of_what_a_result_depends_on(self):
        text = '#include "part/part.h"\nint part() { return twice(\n#include "table.inc"\n); }\n'
        checkout = self.checkout("one", {"part": text, "other": CLEAN.format(name="other")})
        checkout.write("src/part/part.h", "#pragma once\nint twice(int value);\n")
        self.assert_looked_at(checkout, 0, 2)
        self.assert_looked_at(checkout, 0, 0)
        for path, change in (("src/part/part.h", "#pragma once\n\nint twice(int value);\n"), ("table.csv", "2\n")):
            checkout.write(path, change)
            self.assert_looked_at(checkout, 0, 1)
            self.assert_looked_at(checkout, 0, 0)
        checkout.write("src/part/.clang-tidy", "InheritParentConfig: true\nChecks: '-bugprone-*'\n")
        self.assert_looked_at(checkout, 0, 2)
        commands = (checkout.folder / "build/compile_commands.json").read_text()
        checkout.write("build/compile_commands.json", commands.replace("c++23", "c++20"))
        self.assert_looked_at(checkout, 0, 2)
        # The last two changes taken back: both results are still there.
        (checkout.folder / "src/part/.clang-tidy").unlink()
        checkout.write("build/compile_commands.json", commands)
        self.assert_looked_at(checkout, 0, 0)

    def test_deep_looks_for_more(self):
        checkout = self.checkout("one", {"copied": COPIED, "clean": CLEAN.format(name="clean")})
        self.assert_looked_at(checkout, 0, 2)
        self.assert_looked_at(checkout, 1, 2, "--deep")
        self.assertIn("performance-unnecessary-value-param", checkout.output)
        # What was clean with --deep is clean without.
        checkout.write("src/part/clean.cc", CLEAN.format(name="other"))
        self.assert_looked_at(checkout, 1, 2, "--deep")
        self.assert_looked_at(checkout, 0, 0)

    def test_another_checkout_uses_the_results(self):
        sources = {f"clean_{i}": CLEAN.format(name=f"clean_{i}") for i in range(3)}
        self.assert_looked_at(self.checkout("one", sources), 0, 3)
        self.assert_looked_at(self.checkout("two", sources), 0, 0)


if __name__ == "__main__":
    if shutil.which("clang-tidy-19") is None:
        print("skipped: clang-tidy-19 is not installed (debian/control lists it)")
        sys.exit(77)
    unittest.main()

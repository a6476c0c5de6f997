"""Holds debian/ against what is installed and what programs and manuals name, without building a package.

Rules: each installed file is in exactly one package, and each line of an install list matches a file; each unit, sysusers.d and tmpfiles.d
file belongs to a package; each program has a package with its manual; each installed path that a program or a manual names is installed,
and none of them names a path of the source; the library's symbols and the version are everywhere the same.
What only a build shows is in tests/packages/. Usage: packages.py BUILD_FOLDER
"""
import fnmatch
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEBIAN = ROOT / "debian"
PROGRAMS = [line.split() for line in (ROOT / "cmake/programs.txt").read_text().splitlines() if not line.startswith("#")]
# What debian/rules hands to debhelper under the package's name, or leaves out.
BY_NAME = re.compile(r"usr/lib/(systemd/system|sysusers\.d|tmpfiles\.d)/|usr/share/doc/turnaway/LICENSE$")
NAMED = re.compile(r"(?<![\w./-])/(?:usr/share/doc/turnaway|usr/s?bin/turnaway|etc/turnaway-)[\w./-]*")
OF_THE_SOURCE = re.compile(r"(?<![\w./-])(?:docs|data|examples|etc)/[\w.-]+\.(?:md|csv|json|c|py|conf)\b")


def packages():
    return re.findall(r"^Package: (\S+)$", (DEBIAN / "control").read_text(), re.MULTILINE)


def patterns_of(package):
    # etc/ alone would be that of the source.
    return [line.removeprefix("debian/tmp/") for line in (DEBIAN / f"{package}.install").read_text().split()]


def matches(pattern, path):
    return fnmatch.fnmatchcase(path, pattern) and path.count("/") == pattern.count("/") or any(
        fnmatch.fnmatchcase(str(folder), pattern) and str(folder).count("/") == pattern.count("/") for folder in pathlib.PurePath(path).parents)


def installed_by(build):
    """Paths without the first slash, as debian/rules installs them."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["cmake", "--install", str(build), "--prefix", "/usr"], env=os.environ | {"DESTDIR": folder},
                              capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"cmake --install {build}: {done.stderr[-500:]}")
        found = [str(path.relative_to(folder)) for path in pathlib.Path(folder).rglob("*") if not path.is_dir()]
    # debian/rules puts the library below the name of the architecture.
    return sorted(re.sub(r"^usr/lib/(?=libturnaway|cmake|pkgconfig)", "usr/lib/any/", path) for path in found)


def strings_of_programs():
    """(file, string) of each string literal and each line of a manual."""
    for path in sorted((ROOT / "src").rglob("*.cc")):
        code = re.sub(r"^\s*//.*$|^#include.*$|static_assert\(.*$", "", path.read_text(), flags=re.MULTILINE)
        for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"', code):
            yield path, text
    for path in sorted((ROOT / "man").iterdir()):
        for line in path.read_text().splitlines():
            if not line.startswith('.\\"'):
                yield path, line.replace("\\-", "-")


def homes(paths, lists):
    """Faults: files in no package or in several, patterns without a file."""
    for path in paths:
        owners = [package for package, patterns in lists.items() if any(matches(pattern, path) for pattern in patterns)]
        if len(owners) != 1:
            yield f"/{path} is in {' and '.join(owners) or 'no package'}"
    for package, patterns in lists.items():
        for pattern in patterns:
            if not any(matches(pattern, path) for path in paths):
                yield f"debian/{package}.install: {pattern} is not installed"


def unnamed(names, package_names):
    """Faults: files of systemd that belong to no package. A second unit of a package is PACKAGE-WORD, named in debian/rules."""
    rules = (DEBIAN / "rules").read_text()
    for name in names:
        stem = pathlib.PurePath(name).stem
        if stem not in package_names and f"--name={stem} " not in rules:
            yield f"{name} is in no package"


def lost(strings, paths):
    """Faults: named paths that are not installed, and paths of the source."""
    folders = {str(folder) for path in paths for folder in pathlib.PurePath(path).parents}
    for file, text in strings:
        for path in NAMED.findall(text):
            path = path.rstrip(".").strip("/")
            if path not in paths and path not in folders:
                yield f"{file.name}: /{path} is not installed"
        for path in OF_THE_SOURCE.findall(text):
            yield f"{file.name}: {path} is a path of the source"


class PackagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = installed_by(BUILD)
        cls.paths = [path for path in cls.all if not BY_NAME.match(path)]
        cls.lists = {package: patterns_of(package) for package in packages()}

    def test_each_file_is_in_one_package(self):
        self.assertEqual(list(homes(self.paths, self.lists)), [])
        without = self.lists | {"turnaway-gate": []}
        self.assertIn("/usr/sbin/turnaway-gate is in no package", list(homes(self.paths, without)))
        self.assertTrue(list(homes(self.paths, self.lists | {"turnaway": [*self.lists["turnaway"], "usr/sbin/turnaway-*"]})))
        self.assertTrue(list(homes(self.paths, self.lists | {"turnaway": [*self.lists["turnaway"], "usr/bin/nothing"]})))

    def test_each_file_of_systemd_is_in_a_package(self):
        names = [pathlib.PurePath(path).name for path in self.all if BY_NAME.match(path) and "LICENSE" not in path]
        sources = [path.name for folder in ("systemd", "sysusers.d", "tmpfiles.d") for path in (ROOT / "etc" / folder).iterdir()]
        self.assertEqual(sorted(names), sorted(sources), "cmake/install.cmake does not install all of etc/")
        self.assertEqual(list(unnamed(names, self.lists)), [])
        self.assertEqual(list(unnamed(["other.service"], self.lists)), ["other.service is in no package"])

    def test_each_program_has_a_package_with_its_manual(self):
        for program, _, section in PROGRAMS:
            folder = "usr/sbin" if section == "8" else "usr/bin"
            self.assertTrue(any(matches(pattern, f"{folder}/{program}") for pattern in self.lists[program]), program)
            self.assertTrue(any(matches(pattern, f"usr/share/man/man{section}/{program}.{section}") for pattern in self.lists[program]), program)
            if section == "8":
                self.assertIn(program, re.search(r"^daemons := (.*)$", (DEBIAN / "rules").read_text(), re.MULTILINE)[1].split())

    def test_what_programs_and_manuals_name_is_installed(self):
        self.assertEqual(sorted(set(lost(strings_of_programs(), self.all))), [])
        wrong = [(pathlib.Path("a.cc"), "see docs/json.md"), (pathlib.Path("b.1"), ".Pa /usr/share/doc/turnaway/docs/none.md .")]
        self.assertEqual(list(lost(wrong, self.all)),
                         ["a.cc: docs/json.md is a path of the source", "b.1: /usr/share/doc/turnaway/docs/none.md is not installed"])

    def test_the_symbols_are_those_of_the_library(self):
        functions = set(re.findall(r"^    (turnaway_\w+);", (ROOT / "src/library/symbols.map").read_text(), re.MULTILINE))
        self.assertEqual(set(re.findall(r"^ (turnaway_\w+)@", (DEBIAN / "libturnaway1.symbols").read_text(), re.MULTILINE)), functions)

    def test_the_version_is_everywhere_the_same(self):
        version = re.search(r"project\(turnaway VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
        self.assertEqual(re.match(r"turnaway \((\S+)\)", (DEBIAN / "changelog").read_text())[1], version)
        self.assertRegex((ROOT / "CHANGELOG.md").read_text(), rf"(?m)^## {re.escape(version)}\b")
        self.assertEqual(set(re.findall(r"image: turnaway:(\S+)", (ROOT / "etc/container/compose.yaml").read_text())), {version})


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main()

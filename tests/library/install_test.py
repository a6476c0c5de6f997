#!/usr/bin/env python3
"""libturnaway as installed: what it shows, and the examples built by pkg-config and CMake and run.

Usage: install_test.py BUILD
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(turnaway REQUIRED)
add_executable(accepts_mail {}/examples/accepts_mail.c)
target_link_libraries(accepts_mail PRIVATE turnaway::turnaway resolv)
"""

BOUNCE = """From: Mail Delivery System <MAILER-DAEMON@mail.example.net>
To: bob@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; ann@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ann@example.org>: Recipient address rejected: User unknown

--b--
"""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, **options)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.prefix = cls.folder / "usr"
        done = run("cmake", "--install", BUILD, "--component", "library", "--prefix", cls.prefix)
        assert done.returncode == 0, done.stderr
        cls.library = next(cls.prefix.glob("lib/**/libturnaway.so.1"))
        cls.environment = os.environ | {"LD_LIBRARY_PATH": str(cls.library.parent)}

    def works(self, program):
        """The example refuses what is not a domain, whatever the DNS of this machine is like."""
        done = run(program, "foo..bar", env=self.environment)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is not a domain", done.stderr)
        self.assertEqual(run(program, env=self.environment).returncode, 64)

    def test_shows_the_functions_of_its_header_and_nothing_else(self):
        shown = run("nm", "-D", "--defined-only", self.library).stdout
        functions = {name.partition("@")[0] for name in re.findall(r" T (\S+)", shown)}
        header = (self.prefix / "include/turnaway.h").read_text()
        declared = set(re.findall(r"\b(turnaway_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)))
        self.assertEqual(functions, declared)
        others = [line for line in shown.splitlines() if " T " not in line and "TURNAWAY_1" not in line.split()[-1]]
        self.assertEqual(others, [])

    def test_every_function_has_its_place_in_the_manual(self):
        manual = (ROOT / "man/turnaway.3").read_text()
        header = (ROOT / "include/turnaway.h").read_text()
        for name in set(re.findall(r"\b(turnaway_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL))):
            self.assertRegex(manual, rf"(?m)^\.Fn {name} \S", name)

    def test_by_pkg_config(self):
        compiler = shutil.which("cc") or shutil.which("clang-19")
        settings = next(self.prefix.glob("lib/**/turnaway.pc")).parent
        flags = run("pkg-config", "--cflags", "--libs", "turnaway", env=os.environ | {"PKG_CONFIG_PATH": str(settings)})
        self.assertEqual(flags.returncode, 0, flags.stderr)
        program = self.folder / "by_pkg_config"
        done = run(compiler, "-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror", ROOT / "examples/accepts_mail.c",
                   *flags.stdout.split(), "-lresolv", "-o", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.works(program)

    def test_diagnose_in_c(self):
        compiler = shutil.which("cc") or shutil.which("clang-19")
        program = self.folder / "diagnose"
        done = run(compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{self.prefix}/include", ROOT / "examples/diagnose.c", self.library,
                   "-o", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run(program, env=self.environment, input=BOUNCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("bounce ann@example.org recipient.unknown (permanent)\n", done.stdout)
        done = run(program, env=self.environment, input="Subject: Lunch\n\nAt one?\n")
        self.assertEqual((done.returncode, done.stdout.split()[0]), (1, "not-a-bounce"))

    def test_diagnose_in_python(self):
        file = self.folder / "bounce.eml"
        file.write_text(BOUNCE)
        done = run(sys.executable, "-B", ROOT / "examples/diagnose.py", file, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"{file}: bounce ann@example.org recipient.unknown\n")

    def test_any_bytes_and_no_bytes(self):
        """No message ends the process: none, one of zeros, and one that begins and never ends."""
        code = ("import sys; sys.argv = ['x']; sys.path.insert(0, sys.path[0])\n"
                f"exec(open({str(ROOT / 'examples/diagnose.py')!r}).read().partition('if __name__')[0])\n"
                "for message in (b'', bytes(1000), b'Content-Type: multipart/report; boundary=\"', b'\\xff' * 5000):\n"
                "    print(diagnose(message)[0]['kind'])\n"
                "assert turnaway.turnaway_diagnose(None, 0)\n")
        done = run(sys.executable, "-B", "-c", code, env=self.environment)
        self.assertEqual((done.returncode, done.stdout), (0, "not-a-bounce\n" * 4), done.stderr)

    def test_by_cmake(self):
        source = self.folder / "user"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(PROJECT.format(ROOT))
        compiler = shutil.which("cc") or shutil.which("clang-19")
        done = run("cmake", "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_C_COMPILER={compiler}")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("cmake", "--build", source / "build")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.works(source / "build/accepts_mail")

    def test_from_python(self):
        done = run(sys.executable, "-B", ROOT / "examples/explain.py", env=self.environment,
                   input="556 5.1.10 Recipient address has null MX\nhello\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "556 5.1.10 Recipient address has null MX")
        self.assertIn("null MX", lines[1])
        self.assertIn("no reply code", lines[-1])


if __name__ == "__main__":
    unittest.main()

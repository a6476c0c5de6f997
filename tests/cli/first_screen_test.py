"""What somebody sees first: `turnaway` alone, help, version, a command that does not exist; and that no writer of JSON hands control
characters to a terminal, and no configuration with bytes that are not text reaches the TOML reader.
"""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

PROGRAM = pathlib.Path(os.environ["TURNAWAY_BIN"], "turnaway")
RELAY = PROGRAM.with_name("turnaway-relay")


def run(*args, text=None):
    return subprocess.run([PROGRAM, *args], input=text, capture_output=True, text=True, check=False, timeout=60)


class FirstScreen(unittest.TestCase):
    def test_help_and_version_as_words(self):
        whole = run("--help")
        self.assertEqual(whole.returncode, 0)
        self.assertEqual(run().stdout, whole.stdout)
        self.assertEqual(run("help").stdout, whole.stdout)
        self.assertEqual(run("version").stdout, run("--version").stdout)
        for command in (("check",), ("park", "audit"), ("queue", "list")):
            self.assertEqual(run("help", *command).stdout, run(*command, "--help").stdout)

    def test_an_unknown_command_names_the_nearest(self):
        for words, near in ((["chek"], "check"), (["explian"], "explain"), (["versoin"], "version"), (["park", "audti"], "audit"),
                            (["queue", "lsit"], "list")):
            result = run(*words)
            self.assertEqual((result.returncode, result.stdout), (64, ""))
            self.assertIn(f'did you mean "{near}"?', result.stderr)
        self.assertIn("there are: check", run("xyzzy").stderr)

    def test_a_command_of_a_command_is_named_in_full(self):
        for word, whole in (("audit", "park audit"), ("records", "park records"), ("flush", "queue flush")):
            result = run(word, "example.org")
            self.assertEqual((result.returncode, result.stdout), (64, ""))
            self.assertIn(f'there is no command "{word}"; did you mean "{whole}"?', result.stderr)

    def test_a_wrong_option_is_named(self):
        for word in ("--hlep", "-x", "--versoin"):
            result = run(word)
            self.assertEqual((result.returncode, result.stdout), (64, ""))
            self.assertIn(f'there is no option "{word}"', result.stderr)

    def test_one_long_name_does_not_widen_every_row(self):
        rows = run("park", "audit", "x" * 70 + " y", "a b").stdout.splitlines()
        self.assertTrue(rows[1].startswith("x" * 70), rows)
        self.assertRegex(rows[2], r"^a b {2,50}unknown {2,}not a domain$")

    def test_a_monitor_gets_one_line_from_a_wrong_command_line_too(self):
        for words in (["check", "--nagios", "--what"], ["park", "audit", "--nagios", "--intent", "x"], ["nagoi", "--nagios"],
                      ["check", "--nagios", "--csv", "example.org"], ["check", "--nagios", "-q", "example.org"],
                      ["check", "--nagios=true", "--what"]):
            result = run(*words)
            self.assertEqual((result.returncode, result.stderr), (3, ""))
            self.assertRegex(result.stdout, r"\AUNKNOWN - [^|\n]+ \| [^|\n]+\n\Z")

    def test_every_line_of_json_says_what_it_is(self):
        for kind, words, text in (("reply", ["explain", "--json", "550 5.1.1 no such user", "rubbish"], ""), ("code", ["codes", "--json"], ""),
                                  ("check", ["check", "--json", "a b"], ""), ("check", ["check", "--input", "-", "--json"], "a b\n"),
                                  ("audit", ["park", "audit", "--json", "a b"], ""), ("records", ["park", "records", "--json", "x.org"], ""),
                                  ("audit", ["park", "audit", "--input", "-", "--json"], "a b\n"),
                                  ("doctor", ["doctor", "--json", "--config", "-"], "nonsense = 1\n")):
            lines = [json.loads(line) for line in run(*words, text=text).stdout.splitlines()]
            self.assertEqual({line.get("type") for line in lines}, {kind}, words)

    def test_a_configuration_comes_from_standard_input(self):
        wrong = "[relay]\nnetwork = 1\n"
        for command in ([RELAY, "--check-config", "--config", "-"], [PROGRAM, "queue", "list", "--config", "-"]):
            told = subprocess.run(command, input=wrong, capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(told.returncode, 78)
            self.assertIn("standard input:2: [relay] network", told.stderr)
        right = subprocess.run([RELAY, "--check-config", "--config", "-"], input="", capture_output=True, text=True, timeout=60)
        self.assertEqual((right.returncode, right.stdout), (0, "standard input: correct\n"))
        running = subprocess.run([RELAY, "--config", "-"], input="", capture_output=True, text=True, timeout=60)
        self.assertEqual((running.returncode, running.stderr.count("\n")), (64, 1))

    def test_no_control_character_leaves_as_json(self):
        wild = "a\x7fb\u0085c\u009b31m\u202ed\ufeff e"
        for result in (run("check", "--json", wild), run("check", "--input", "-", "--json", text=wild + "\n"),
                       run("park", "audit", "--json", wild), run("park", "audit", "--input", "-", "--json", text=wild + "\n")):
            self.assertIn("{", result.stdout)
            self.assertIsNone(re.search("[\x7f-\x9f\u202e]", result.stdout), repr(result.stdout))

    def test_a_configuration_is_text(self):
        for number, bad in enumerate((b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xef\xb7\x90", b"\xf0\x9f\xbf\xbe", b"\xf4\x8f\xbf\xbf",
                                      b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"), 1):
            with tempfile.NamedTemporaryFile(suffix=".conf") as file:
                file.write(b"# one\n" * number + b'hostname = "mx' + bad + b'.example.org"\n')
                file.flush()
                result = run("doctor", "--config", file.name)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(f"{file.name}:{number + 1}: the line has bytes that are not UTF-8, or", " ".join(
                    (result.stdout + result.stderr).split()), bad)


if __name__ == "__main__":
    unittest.main()

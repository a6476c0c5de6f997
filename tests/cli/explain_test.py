#!/usr/bin/env python3
"""Runs the built `turnaway` as a user would. Usage: explain_test.py TURNAWAY"""
import csv
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    return subprocess.run(
        [PROGRAM, *args], input=stdin, capture_output=True, env=environment, check=False
    )


def on_terminal(*args: str, env: dict | None = None) -> bytes:
    """The output when standard output is a terminal."""
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    environment |= {"TERM": "xterm"} | (env or {})
    primary, secondary = pty.openpty()
    child = subprocess.Popen(
        [PROGRAM, *args], stdin=subprocess.DEVNULL, stdout=secondary, env=environment
    )
    os.close(secondary)
    output = b""
    try:
        while chunk := os.read(primary, 4096):
            output += chunk
    except OSError:  # the terminal's other end is closed
        pass
    child.wait()
    os.close(primary)
    return output


class Explain(unittest.TestCase):
    def test_answers_in_the_first_line(self):
        result = run("explain", "550 5.1.10 RESOLVER.ADR.RecipientNotFound")
        self.assertEqual(result.returncode, 0, result.stderr)
        first = result.stdout.decode().splitlines()[0]
        self.assertTrue(first.startswith("550 5.1.10: Exchange Online means"), first)

    def test_answers_every_argument(self):
        result = run("explain", "521", "rubbish", "5.1.1")
        self.assertEqual(result.returncode, 65)
        self.assertIn("521: ", result.stdout.decode())
        self.assertIn("5.1.1: ", result.stdout.decode())
        self.assertEqual(len(result.stderr.decode().splitlines()), 1)

    def test_rubbish_gets_one_sentence_and_65(self):
        for rubbish in ("6.1.1", "3.1.1", "5.1.1000", "999", "199", "hello", "", " \t"):
            result = run("explain", rubbish)
            self.assertEqual(result.returncode, 65, rubbish)
            self.assertEqual(result.stdout, b"")
            sentences = result.stderr.decode().splitlines()
            self.assertEqual(len(sentences), 1, sentences)
            self.assertRegex(sentences[0], r"^turnaway explain: .*; expected .*\.$")

    def test_half_answers_are_answers(self):
        for half in ("4.9.99", "5.1.99", "599", "499", "5.1", "5.x.x", "X.1.10"):
            self.assertEqual(run("explain", half).returncode, 0, half)

    def test_wrong_command_line_is_64(self):
        for args in (
            ("nonsense",),
            ("explain",),
            ("explain", "--nonsense", "550"),
            ("explain", "--color", "pink", "550"),
            ("explain", "--provider", "nobody", "550"),
        ):
            result = run(*args)
            self.assertEqual(result.returncode, 64, args)
            self.assertEqual(result.stdout, b"")
            self.assertTrue(result.stderr.startswith(b"turnaway"), result.stderr)

    def test_help_and_version(self):
        for args in (("--help",), ("explain", "--help")):
            result = run(*args)
            self.assertEqual(result.returncode, 0)
            self.assertIn(b"Example:", result.stdout)
        self.assertRegex(run("--version").stdout.decode(), r"^turnaway \d+\.\d+\.\d+\n$")

    def test_json_is_one_object_a_reply(self):
        result = run("explain", "--json", "521", "550-5.1.1 a\n550 5.1.1 b", "rubbish")
        self.assertEqual(result.returncode, 65)
        records = [json.loads(line) for line in result.stdout.decode().splitlines()]
        self.assertEqual({record["type"] for record in records}, {"reply"})
        self.assertEqual([record["valid"] for record in records], [True, True, False])
        self.assertEqual(records[1]["input"], "550-5.1.1 a\n550 5.1.1 b")

    def test_json_fields_are_documented(self):
        record = json.loads(run("explain", "--json", "550 5.1.10 not found").stdout)
        schema = json.loads((ROOT / "docs/schema/explain.json").read_text())
        answer = schema["$defs"]["answer"]
        self.assertEqual(set(record), set(answer["properties"]))
        self.assertEqual(set(record), set(answer["required"]))
        standard = answer["properties"]["standard"]
        self.assertEqual(set(record["standard"]), set(standard["properties"]))
        manual = (ROOT / "docs/json.md").read_text()
        for field in record:
            self.assertIn(f"`{field}`", manual)

    def test_standard_input_gives_a_record_a_line(self):
        lines = b"550 5.1.1 no such user\r\nhello\n\n521\n4.9.99"
        result = run("explain", "-", stdin=lines)
        self.assertEqual(result.returncode, 65)
        records = result.stdout.decode().splitlines()
        self.assertEqual(len(records), 5)
        self.assertTrue(all(len(record.split("\t")) == 5 for record in records), records)
        codes = [record.split("\t")[0] for record in records]
        self.assertEqual(codes, ["550 5.1.1", "-", "-", "521", "4.9.99"])

    def test_standard_input_joins_the_lines_of_a_reply(self):
        lines = b"550-5.1.1 one\n550-5.1.1 two\n550 5.1.1 three\n450-a\n451 b\n"
        output = run("explain", "--json", "-", stdin=lines).stdout
        records = [json.loads(record) for record in output.splitlines()]
        self.assertEqual([record["input"] for record in records[1:]], ["450-a", "451 b"])
        self.assertEqual(records[0]["notes"], [])

    def test_a_line_with_another_code_begins_another_reply(self):
        text = "550-5.1.1 no such user\n452 4.2.2 mailbox full"
        for args, stdin in ((("--json", text), b""), (("--json", "-"), text.encode())):
            output = run("explain", *args, stdin=stdin).stdout
            records = [json.loads(record) for record in output.splitlines()]
            causes = [record["cause"]["name"] for record in records]
            self.assertEqual(causes, ["recipient-unknown", "mailbox-full"], args)

    def test_words_without_a_code_are_understood(self):
        for text, cause in (
            ("Das Postfach ist voll", "mailbox-full"),
            ("该用户不存在", "recipient-unknown"),
            ("delivery 4: failure: Remote_host_said:_relaying_denied/", "relay-denied"),
        ):
            record = json.loads(run("explain", "--json", text).stdout)
            self.assertEqual((record["cause"]["name"], record["reply_code"]), (cause, None))
        page = run("explain", "Das Postfach ist voll").stdout.decode()
        self.assertTrue(page.startswith("No code: The recipient's mailbox is full."), page)

    def test_sample_texts_of_the_registry_are_understood(self):
        for text, code in (
            ("Bad destination mailbox address", "X.1.1"),
            ("bad destination mailbox address.", "X.1.1"),
            ("System not accepting network messages", "X.3.2"),
            ("Recipient address has null MX", "X.1.10"),
        ):
            page = run("explain", text).stdout.decode()
            self.assertTrue(page.startswith(f"{code}: "), page)

    def test_hostile_bytes_never_pass(self):
        every_byte = bytes(range(256)) * 10
        for hostile in (b"550 \x1b[2J\x07 no\n", b"\xff\xfe\x00\n", b"\xe2\x80\xae\n", every_byte):
            for option in ((), ("--json",)):
                output = run("explain", *option, "-", stdin=hostile).stdout
                output.decode("utf-8")
                self.assertEqual([b for b in output if b < 0x20 and b not in b"\t\n"], [])
        sentence = run("explain", "\x1b[2Jhello").stderr
        self.assertNotIn(b"\x1b", sentence)

    def test_long_lines_are_bounded(self):
        for long in (
            b"a" * 1_000_000,
            b"550-" + b"x" * 3_000_000,
            b"550 " + b"@ 5.1. 550-" * 90_000,
            b"\0" * 1_000_000,
        ):
            result = run("explain", "--json", "-", stdin=long + b"\n550 end\n")
            records = [json.loads(line) for line in result.stdout.decode().splitlines()]
            self.assertLess(len(records[0]["input"]), 70_000)
            self.assertGreaterEqual(len(records), 1)

    def test_colour_only_where_it_is_wanted(self):
        escape = b"\x1b["
        self.assertNotIn(escape, run("explain", "521").stdout)
        self.assertIn(escape, run("explain", "--color", "always", "521").stdout)
        self.assertIn(escape, on_terminal("explain", "521"))
        self.assertNotIn(escape, on_terminal("explain", "521", env={"NO_COLOR": "1"}))
        self.assertNotIn(escape, on_terminal("explain", "--color", "never", "521"))
        self.assertNotIn(escape, on_terminal("explain", "521", env={"TERM": "dumb"}))

    def test_full_disk_is_said(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run(
                [PROGRAM, "explain", "521"], stdout=full, stderr=subprocess.PIPE, check=False
            )
        self.assertEqual(result.returncode, 74)
        self.assertIn(b"cannot write", result.stderr)

    def test_provider_can_be_named(self):
        result = run("explain", "--provider", "gmail", "5.7.27")
        self.assertTrue(result.stdout.startswith(b"5.7.27: Gmail means"), result.stdout)


class Codes(unittest.TestCase):
    def test_lists_the_whole_table(self):
        lines = run("codes").stdout.decode().splitlines()
        enhanced = [line for line in lines if line.startswith("X.")]
        with (ROOT / "data/codes.csv").open(encoding="utf-8", newline="") as table:
            self.assertEqual([line.split()[0] for line in enhanced], [row["code"] for row in csv.DictReader(table) if row["kind"] == "enhanced"])
        self.assertGreater(len(lines) - len(enhanced), 50)
        self.assertTrue(any(line.startswith("521 ") for line in lines))

    def test_searches_codes_and_words(self):
        def found(*words):
            return [json.loads(line)["code"] for line in run("codes", "--json", *words).stdout.splitlines()]

        self.assertEqual(found("5.1.10"), ["X.1.10"])
        self.assertIn("521", found("521"))
        self.assertIn("X.2.2", found("MAILBOX", "full"))
        self.assertEqual(found("bad destination mailbox address"), ["X.1.1", "X.1.3"])
        self.assertIn("X.7.30", found("RFC 8689"))
        for part in ("5.4", "4.4.", "X.4"):
            subject = [code for code in found(part) if code.startswith("X.4.")]
            self.assertEqual(subject, [f"X.4.{detail}" for detail in range(8)], part)
        nothing = run("codes", "\x1b[2Jxyzzy")
        self.assertEqual((nothing.returncode, nothing.stdout), (65, b""))
        self.assertIn(b"expected", nothing.stderr)
        self.assertNotIn(b"\x1b", nothing.stderr)

    def test_json_and_csv_say_the_same(self):
        schema = json.loads((ROOT / "docs/schema/codes.json").read_text())
        records = [json.loads(line) for line in run("codes", "--json").stdout.splitlines()]
        rows = list(csv.DictReader(run("codes", "--csv").stdout.decode().splitlines()))
        self.assertEqual(len(records), len(rows))
        for record, row in zip(records, rows):
            self.assertEqual(set(record), set(schema["properties"]))
            self.assertEqual(set(record) - {"type"}, set(row))
            for name, value in row.items():
                expected = record[name]
                text = " ".join(expected) if isinstance(expected, list) else expected or ""
                self.assertEqual(value, text, record["code"])
        self.assertEqual(run("codes", "--csv", "--json").returncode, 64)

    def test_full_disk_is_said(self):
        with open("/dev/full", "wb") as full:
            call = [PROGRAM, "codes"]
            result = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(result.returncode, 74)


class Program(unittest.TestCase):
    def test_missing_daemon_is_said_in_one_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            program = shutil.copy2(PROGRAM, folder)
            result = subprocess.run([program, "refuse"], capture_output=True, check=False)
        self.assertEqual(result.returncode, 69)
        said = result.stderr.decode()
        self.assertRegex(said, r"^turnaway: cannot start .*turnaway-refuse: .*\n$")

    def test_installed_daemon_is_in_sbin(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("bin", "sbin"):
                pathlib.Path(folder, name).mkdir()
            program = shutil.copy2(PROGRAM, pathlib.Path(folder, "bin"))
            daemon = pathlib.Path(folder, "sbin", "turnaway-refuse")
            daemon.write_text("#!/bin/sh\nexit 7\n")
            daemon.chmod(0o755)
            self.assertEqual(subprocess.run([program, "refuse"], check=False).returncode, 7)

    def test_daemon_beside_it_gets_the_arguments(self):
        with tempfile.TemporaryDirectory() as folder:
            program = shutil.copy2(PROGRAM, folder)
            daemon = pathlib.Path(folder, "turnaway-refuse")
            daemon.write_text('#!/bin/sh\nprintf "%s|" "$@"\nexit 7\n')
            daemon.chmod(0o755)
            call = [program, "refuse", "--listen", "a b"]
            result = subprocess.run(call, capture_output=True, check=False)
        self.assertEqual((result.returncode, result.stdout), (7, b"--listen|a b|"))

    def test_what_is_no_reply_is_diagnosed(self):
        """A file, a message, an mbox, a log: not one error for each line."""
        log = ROOT / "tests/data/logs/exim.log"
        expected = run("diagnose", "--json", str(log)).stdout
        result = run("explain", "--json", str(log))
        self.assertEqual((result.returncode, result.stdout), (0, expected))
        self.assertIn(b"read by turnaway diagnose", result.stderr)
        message = b"From: mailer-daemon@example.net\nTo: ann@example.org\nSubject: failure notice\n\n<bob@example.com>:\n550 5.1.1 User unknown\n"
        separator = b"From x Mon Nov 30 10:00:00 2026\n"
        for name, given, source in (("message", message, ""), ("mbox", separator + message, ":1"), ("log", log.read_bytes(), ":6")):
            with self.subTest(name):
                row = json.loads(run("explain", "--json", "-", stdin=given).stdout.splitlines()[0])
                self.assertEqual((row["type"], row["source"]), ("diagnosis", "standard input" + source))
                self.assertEqual((row["reply"], row["reason"]), (550, "recipient.unknown"))
        self.assertIn(b"bob@example.com: recipient.unknown", run("explain", message.decode()).stdout)
        both = run("explain", "550 5.1.1", str(log)).stdout
        self.assertLess(both.find(b"5.1.1"), both.find(b"unknown@example.com: recipient.unknown"))

    def test_replies_in_a_log_stay_with_explain(self):
        log = (ROOT / "tests/data/logs/postfix.log").read_bytes()
        replies = b"".join(line + b"\n" for line in log.splitlines() if b" said: " in line)
        for given in (replies, b"Diagnostic-Code: smtp; 550 5.1.1 unknown\nStatus: 5.1.1\n", b"521\n"):
            for line in run("explain", "--json", "-", stdin=given).stdout.splitlines():
                self.assertNotEqual(json.loads(line)["type"], "diagnosis")

    def test_manual_knows_every_option(self):
        for command, page in (
            (("explain",), "turnaway-explain.1"), (("codes",), "turnaway-codes.1"), ((), "turnaway.1")
        ):
            helped = run(*command, "--help").stdout.decode()
            listed = helped.split("Options:")[1].split("\n\n")[0]
            options = set(re.findall(r"(?<![\w'-])--[a-z][a-z-]*", listed))
            self.assertTrue(options)
            manual = (ROOT / "man" / page).read_text().replace("Fl \\-", "--")
            for option in options:
                self.assertIn(option, manual, page)


if __name__ == "__main__":
    unittest.main()

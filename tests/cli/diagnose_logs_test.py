#!/usr/bin/env python3
"""Runs the built `turnaway diagnose` on the logs of mail servers, on compressed files, and on logs that grow. Usage:
diagnose_logs_test.py TURNAWAY"""
import csv
import gzip
import io
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

PROGRAM = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / "tests/data/logs"
SCHEMA = json.loads((ROOT / "docs/schema/diagnose.json").read_text(encoding="utf-8"))
BOUNCED = ("Nov 30 10:00:0{i} mx postfix/smtp[7]: {id}: to=<bob{i}@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1, delays=0/0/0/1, "
           "dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n")
DEFERRED = ("Nov 30 10:00:0{i} mx postfix/smtp[7]: {id}: to=<bob@example.com>, relay=none, delay={i}, delays=0/0/0/1, "
            "dsn=4.4.1, status=deferred (connect to mx.example.com[192.0.2.1]:25: Connection refused)\n")


def run(*args, stdin=b"", check=True) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, "diagnose", *map(str, args)], input=stdin, capture_output=True, check=check)


def rows(*args, stdin=b"") -> list[dict]:
    return [json.loads(line) for line in run("--json", *args, stdin=stdin).stdout.decode().splitlines()]


def said(found: list[dict]) -> list[tuple]:
    return sorted((row["kind"], row["recipient"], row["reason"], row["reply"], row["enhanced"]) for row in found)


class Logs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_servers_of_debian(self):
        """The same seven messages through each; what differs is what the server decides or logs."""
        usual = [("bounce", "bob@missing.example", "domain.not_found"), ("bounce", "bob@null.example", "domain.no_mail"),
                 ("bounce", "unknown@example.com", "recipient.unknown"), ("delay", "bob@silent.example", "net.unreachable"),
                 ("delay", "full@example.com", "recipient.full")]
        refusing = {"postfix": ("delay", "domain.no_mail"), "opensmtpd": ("delay", "net.unreachable")}
        for name in ("postfix", "exim", "sendmail", "opensmtpd"):
            with self.subTest(name):
                found = rows(LOGS / f"{name}.log")
                kind, reason = refusing.get(name, ("bounce", "domain.no_mail"))
                expected = sorted([*usual, (kind, "bob@refusing.example", reason)])
                if name == "opensmtpd":  # it tries a null MX again
                    expected = sorted({*expected, ("delay", "bob@null.example", "domain.not_found")} - {usual[1]})
                self.assertEqual(sorted((row["kind"], row["recipient"], row["reason"]) for row in found), expected)
                for row in found:
                    self.assertLessEqual(set(row), set(SCHEMA["properties"]))
                    self.assertEqual((row["program"], row["sender"]), (name, "ann@sender.example"))
                full = next(row for row in found if row["recipient"] == "full@example.com")
                self.assertEqual((full["reply"], full["enhanced"], len(full["attempts"])), (452, "4.2.2", 2))
                self.assertEqual([attempt["kind"] for attempt in full["attempts"]], ["delay", "delay"])
                if name != "opensmtpd":  # its log has no Message-ID, and the address for the name
                    self.assertEqual((full["original"]["message_id"], full["remote"]), ("<sample.1@sender.example>", "mx.example.com"))

    def test_servers_by_their_documentation(self):
        unknown = ("bounce", "unknown@example.com", "recipient.unknown", 550, "5.1.1")
        full = ("delay", "full@example.com", "recipient.full", 452, "4.2.2")
        arrived = ("success", "full@example.com", "info.delivered", 250, "2.0.0")
        for name, expected in (("haraka.log", [unknown, full]), ("kumomta.log", [unknown]), ("powermta.csv", [unknown, full]),
                               ("turnaway-relay.log", [unknown, arrived]), ("turnaway-relay.jsonl", [unknown])):
            with self.subTest(name):
                found = rows(LOGS / name)
                self.assertEqual(said(found), expected)
                self.assertEqual({row["program"] for row in found}, {pathlib.Path(name).stem})
                self.assertTrue(all(row["sender"] for row in found))
        (row,) = rows(LOGS / "kumomta.log")
        self.assertEqual((len(row["attempts"]), row["delay"], row["remote"]), (2, 301, "mx.example.com"))
        self.assertEqual(rows(LOGS / "powermta.csv")[0]["original_recipient"], "Unknown@example.com")

    def test_frames(self):
        """Whatever the logging system puts before a line, it is the same line."""
        text = (LOGS / "postfix.log").read_text()
        expected = said(rows("-", stdin=text.encode()))
        self.assertEqual(len(expected), 6)
        frame = re.compile(r"<22>(Nov 30) ([0-9:]+) (\S+?)\[(\d+)\]: ")
        for name, to in (("RFC 3164", r"\1 \2 mx \3[\4]: "), ("RFC 5424", r"<22>1 2026-11-30T\2.123456+00:00 mx \3 \4 - - "),
                         ("rsyslog", r"2026-11-30T\2.123456+00:00 mx \3[\4]: "), ("short-iso", r"2026-11-30T\2+0000 mx \3[\4]: "),
                         ("cat", ""), ("export", "MESSAGE=")):
            with self.subTest(name):
                self.assertEqual(said(rows("-", stdin=frame.sub(to, text).encode())), expected)
        records = [json.dumps({"SYSLOG_IDENTIFIER": match[3], "_HOSTNAME": "mx", "MESSAGE": frame.sub("", line)})
                   for line in text.splitlines() if (match := frame.match(line))]
        found = rows("-", stdin="\n".join(records).encode())
        self.assertEqual(said(found), expected)
        self.assertEqual(found[0]["reporting_mta"], "mx")

    def test_as_forces_the_program(self):
        table = (LOGS / "powermta.csv").read_text().partition("\n")[2]
        self.assertEqual(len(rows("--as", "powermta", "-", stdin=table.encode())), 2)
        self.assertEqual(rows("--as", "exim", LOGS / "postfix.log"), [])
        self.assertEqual(run("--as", "qmail", "-", check=False).returncode, 64)

    def test_one_message_in_two_files(self):
        old, new = self.folder / "mail.log.1", self.folder / "mail.log"
        old.write_text("Nov 30 10:00:00 mx postfix/qmgr[7]: ABC123: from=<ann@example.org>, size=1, nrcpt=1 (queue active)\n"
                       + DEFERRED.format(i=1, id="ABC123"))
        new.write_text(DEFERRED.format(i=2, id="ABC123") + "Nov 30 10:00:03 mx postfix/qmgr[7]: ABC123: from=<ann@example.org>, status=expired, "
                       "returned to sender\nNov 30 10:00:04 mx postfix/qmgr[7]: ABC123: removed\n")
        (row,) = rows(old, new)
        self.assertEqual((row["kind"], row["permanence"], len(row["attempts"])), ("bounce", "given-up", 2))
        self.assertEqual((row["sender"], row["source"]), ("ann@example.org", f"{new}:2"))
        table = list(csv.DictReader(io.StringIO(run("--csv", old, new).stdout.decode())))
        self.assertEqual([(cells["attempts"], cells["delay"], cells["queue_id"]) for cells in table], [("2", "2.00", "ABC123")])

    def test_addresses_of_strangers(self):
        """Who chooses an address or a reply cannot make it look like another field of the line."""
        line = ('Nov 30 10:00:00 mx postfix/smtp[7]: ABC123: to=<"a, status=sent (x"@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1, '
                "delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com[192.0.2.1] said: 550 5.1.1 unknown, status=sent (ok))\n")
        (row,) = rows("-", stdin=line.encode())
        self.assertEqual((row["kind"], row["recipient"], row["reply"]), ("bounce", '"a, status=sent (x"@example.com', 550))

    def test_memory_is_bounded(self):
        """Messages that never end, and one line of 100 MB."""
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))
        with (self.folder / "log").open("w") as file:
            for i in range(250_000):
                file.write(f"Nov 30 10:00:00 mx postfix/qmgr[7]: {i:X}ABC: from=<{'a' * 200}@example.org>, size=1, nrcpt=1 (queue active)\n")
            file.write("x" * 100_000_000 + "\n" + BOUNCED.format(i=1, id="ABC"))
        usage = subprocess.run([PROGRAM, "diagnose", "--json", str(self.folder / "log")], capture_output=True, check=True,
                               preexec_fn=None if "TURNAWAY_NO_SANDBOX" in os.environ else limit)
        self.assertEqual(len(usage.stdout.splitlines()), 1)


class Compressed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "log")
        self.text = (LOGS / "postfix.log").read_bytes()
        self.expected = said(rows(LOGS / "postfix.log"))

    def compressed(self, text: bytes, name: str) -> bytes:
        if name == "gzip":
            return gzip.compress(text)
        return subprocess.run(["zstd", "-q", "-c"], input=text, capture_output=True, check=True).stdout

    def test_gzip_and_zstd(self):
        for name in ("gzip", "zstd"):
            with self.subTest(name):
                half = self.text.index(b"\n", len(self.text) // 2) + 1
                parts = self.compressed(self.text[:half], name) + self.compressed(self.text[half:], name)
                self.path.write_bytes(parts)
                self.assertEqual(said(rows(self.path)), self.expected)
                self.assertEqual(said(rows("-", stdin=parts)), self.expected)

    def test_damaged(self):
        for name in ("gzip", "zstd"):
            with self.subTest(name):
                self.path.write_bytes(self.compressed(self.text * 20, name)[:-9])
                result = run("--json", self.path, check=False)
                self.assertEqual(result.returncode, 74)
                self.assertIn("ends too early", result.stderr.decode())
                self.path.write_bytes(self.compressed(self.text, name)[:20] + b"rubbish" * 9)
                self.assertEqual(run(self.path, check=False).returncode, 74)

    def test_a_bomb(self):
        """512 MiB of zeros in half a megabyte: as a message, a reply, a log."""
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
        piece = gzip.compress(b"\0" * (1 << 26))
        begin = gzip.compress(b"Subject: x\n\n")
        for form in ("message", "replies", "log", "mbox"):
            with self.subTest(form):
                self.path.write_bytes(begin + piece * 8)
                result = subprocess.run([PROGRAM, "diagnose", "--as", form, "--jobs", "1", "--json", str(self.path)], capture_output=True,
                                        preexec_fn=None if "TURNAWAY_NO_SANDBOX" in os.environ else limit, check=False)
                self.assertEqual((result.returncode, result.stderr), (0, b""))


class Jobs(unittest.TestCase):
    def test_output_is_in_the_order_of_the_input(self):
        text = "".join(BOUNCED.format(i=i % 10, id=f"{i:X}ABC") for i in range(5000)).encode()
        one = run("--json", "--jobs", "1", "-", stdin=text).stdout
        self.assertEqual(len(one.splitlines()), 5000)
        self.assertEqual(run("--json", "--jobs", "4", "-", stdin=text).stdout, one)
        self.assertEqual(run("--summary", "--jobs", "4", "-", stdin=text).stdout, run("--summary", "--jobs", "1", "-", stdin=text).stdout)
        replies = "".join(f"550 5.1.1 <bob{i}@example.com> unknown\n" for i in range(5000)).encode()
        self.assertEqual(run("--csv", "--jobs", "3", "-", stdin=replies).stdout, run("--csv", "--jobs", "1", "-", stdin=replies).stdout)


    def test_a_slow_pipe(self):
        """Each answer comes before the next line is written."""
        with subprocess.Popen([PROGRAM, "diagnose", "--json", "--as", "log", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for i in (1, 2):
                process.stdin.write(BOUNCED.format(i=i, id=f"A{i}").encode())
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["recipient"], f"bob{i}@example.com")
            process.stdin.close()


class Follow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "mail.log"

    def start(self, *args, env=None):
        process = subprocess.Popen([PROGRAM, "diagnose", "--json", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=env)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def append(self, text: str):
        with self.path.open("a") as file:
            file.write(text)

    def recipient(self, process) -> str:
        return json.loads(process.stdout.readline())["recipient"]

    def test_growth_rotation_and_truncation(self):
        self.append(BOUNCED.format(i=1, id="A1"))
        process = self.start("--follow", self.path)
        self.assertEqual(self.recipient(process), "bob1@example.com")
        first, second = BOUNCED.format(i=2, id="A2")[:60], BOUNCED.format(i=2, id="A2")[60:]
        self.append(first)
        self.append(second)
        self.assertEqual(self.recipient(process), "bob2@example.com")
        self.path.rename(self.folder / "mail.log.1")
        with (self.folder / "mail.log.1").open("a") as file:  # a server that has not opened the new file yet
            file.write(BOUNCED.format(i=3, id="A3"))
        self.assertEqual(self.recipient(process), "bob3@example.com")
        self.append(BOUNCED.format(i=4, id="A4"))
        self.assertEqual(self.recipient(process), "bob4@example.com")
        self.append("an unfinished line " + 40 * "of another program ")
        self.append("\n" + BOUNCED.format(i=5, id="A5"))
        self.assertEqual(self.recipient(process), "bob5@example.com")
        self.path.write_text(BOUNCED.format(i=6, id="A6"))  # shorter than what was read
        self.assertEqual(self.recipient(process), "bob6@example.com")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(), 0)

    def test_each_delay_is_told_at_once(self):
        self.append(DEFERRED.format(i=1, id="A1"))
        process = self.start("--follow", self.path)
        self.assertEqual(len(json.loads(process.stdout.readline())["attempts"]), 1)
        self.append(DEFERRED.format(i=2, id="A1"))
        self.assertEqual(len(json.loads(process.stdout.readline())["attempts"]), 2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)
        self.assertEqual(process.stdout.read(), "")

    def page(self, process) -> str:
        line = process.stderr.readline()
        self.address = re.search(r"http://\S+/metrics", line)[0]
        return self.get()

    def get(self) -> str:
        with urllib.request.urlopen(self.address, timeout=10) as answer:
            return answer.read().decode()

    def test_metrics(self):
        self.append("".join(BOUNCED.format(i=i, id=f"A{i}").replace("example.com>", domain + ">")
                            for i, domain in enumerate(["a.example"] * 3 + ["b.example"] + ["c.example"] * 2)))
        process = self.start("--follow", "--metrics", "127.0.0.1:0", "--domains", "2", self.path)
        for _ in range(6):
            process.stdout.readline()
        page = self.page(process)
        self.assertIn('turnaway_diagnose_recipients_total{kind="bounce",reason="recipient.unknown",permanence="permanent"} 6\n', page)
        self.assertIn('turnaway_diagnose_failures_total{domain="a.example"} 3\n', page)
        self.assertIn('turnaway_diagnose_failures_total{domain="b.example"} 1\n', page)
        self.assertIn('turnaway_diagnose_failures_total{domain="other"} 2\n', page)
        # c.example has failed three times, b.example once: it takes the place, and no count is lost.
        self.append(BOUNCED.format(i=7, id="A7").replace("example.com>", "c.example>"))
        process.stdout.readline()
        page = self.get()
        self.assertNotIn("b.example", page)
        self.assertIn('turnaway_diagnose_failures_total{domain="c.example"} 1\n', page)
        self.assertIn('turnaway_diagnose_failures_total{domain="other"} 3\n', page)

    def test_journal(self):
        program = self.folder / "journalctl"
        program.write_text("#!/bin/sh\necho '" + BOUNCED.format(i=1, id="A1").strip().replace("Nov 30 10:00:01", "2026-11-30T10:00:01+0000")
                           + "'\nexec sleep 600\n")
        program.chmod(0o755)
        process = self.start("--journal", env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"})
        self.assertEqual(self.recipient(process), "bob1@example.com")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(), 0)
        missing = subprocess.run([PROGRAM, "diagnose", "--journal"], env={"PATH": str(self.folder / "none")}, capture_output=True, check=False)
        self.assertEqual(missing.returncode, 69)

    def test_wrong_use(self):
        for args in (("--follow",), ("--follow", "a", "b"), ("--journal", "a"), ("--metrics", "127.0.0.1:0", "a"), ("--new-only", "a"), ()):
            self.assertEqual(run(*args, check=False).returncode, 64, args)
        self.assertEqual(run("--follow", self.path, check=False).returncode, 66)


if __name__ == "__main__":
    unittest.main()

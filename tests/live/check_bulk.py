"""`turnaway check --input` with a real name server (NSD): order, CSV, resume after kill -9 at any time, signals, a closed pipe.

No network, no port 25, no right is needed.
"""
import csv
import io
import json
import os
import pathlib
import pty
import random
import signal
import subprocess
import tempfile
import time
import unittest

import nsd_zone
from relay_daemon import loopback_block

BIN = pathlib.Path(os.environ["TURNAWAY_BIN"])
LIMIT_S = 120
ROWS = 6000 if "TURNAWAY_TEST_LONG" in os.environ else int(os.environ.get("CHECK_BULK_ROWS", "6000"))
KINDS = ["accepts", "null-mx", "no-such-domain", "no-mail-host", "dangling-mx"]
TAKING = {"accepts": "yes"}
zone = folder = None


def kind_of(number):
    return KINDS[number * 7 % 5]


def records():
    lines = ["mx.hosts.test. A 192.0.2.1"]
    for number in range(ROWS):
        name = f"d{number}.test."
        lines += {"accepts": [f"{name} MX 10 mx.hosts.test."], "null-mx": [f"{name} MX 0 ."], "no-such-domain": [],
                  "no-mail-host": [f"{name} TXT nothing"], "dangling-mx": [f"{name} MX 10 gone.{name}"]}[kind_of(number)]
    return lines


def setUpModule():
    global zone, folder
    zone = nsd_zone.NsdZone(f"{loopback_block()}.53", records())
    folder = tempfile.TemporaryDirectory(prefix="check-bulk-")


def tearDownModule():
    if zone:
        zone.stop()
    if folder:
        folder.cleanup()


def command(*options):
    return [BIN / "turnaway", "check", "--resolver", f"{zone.address}@{zone.port}", *map(str, options)]


def run(*options, text=None):
    return subprocess.run(command(*options), input=text, capture_output=True, timeout=LIMIT_S, check=False)


def path(name):
    return pathlib.Path(folder.name) / name


@unittest.skipUnless(nsd_zone.program(), "nsd is not installed")
class CheckBulk(unittest.TestCase):
    def setUp(self):
        self.names = path("names")
        self.names.write_text("".join(f"d{number}.test\n" for number in range(ROWS)))
        self.output = path("output")
        self.output.unlink(missing_ok=True)

    def test_every_row_in_order_with_its_verdict(self):
        done = run("--input", self.names, "--csv")
        self.assertEqual(done.returncode, 1, done.stderr)
        rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
        self.assertEqual(len(rows), ROWS)
        for number, row in enumerate(rows):
            kind = kind_of(number)
            self.assertEqual((row["input"], row["verdict"], row["accepts_mail"]), (f"d{number}.test", kind, TAKING.get(kind, "no")))
        self.assertEqual(done.stderr, b"")  # no terminal, no progress

    def test_the_columns_of_a_csv_stay(self):
        text = b'id,e-mail,"say ""so"""\r\n1,x@d0.test,"a,\nb"\r\n2,not a name,\r\n'
        done = run("--input", "-", "--column", "e-mail", text=text)
        self.assertEqual(done.returncode, 2, done.stderr)
        lines = done.stdout.decode().splitlines()
        self.assertTrue(lines[0].startswith('id,e-mail,"say ""so""",accepts_mail,verdict,'), lines[0])
        rows = list(csv.reader(io.StringIO(done.stdout.decode())))
        self.assertEqual(rows[1][:5], ["1", "x@d0.test", "a,\nb", "yes", "accepts"])
        self.assertEqual(rows[2][:5], ["2", "not a name", "", "unknown", "invalid-input"])

    def test_json_has_row_and_cell(self):
        done = run("--input", "-", "--json", text=b"# ours\nd0.test\n\n D1.test \n")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(row["row"], row["cell"], row["exit"], row["verdict"]) for row in rows],
                         [(1, "d0.test", 0, kind_of(0)), (2, "D1.test", 1, kind_of(1))])

    def test_killed_again_and_again_and_resumed_it_is_the_same(self):
        self.assertEqual(run("--input", self.names, "--csv", "--output", self.output).returncode, 1)
        whole = self.output.read_bytes()
        pick, kills = random.Random(521), 0
        self.output.unlink()
        for _ in range(200):
            process = subprocess.Popen(command("--input", self.names, "--csv", "--parallel", 50, "--output", self.output,
                                               "--resume"), stderr=subprocess.DEVNULL)
            before, end = self.size(), time.monotonic() + LIMIT_S
            more = pick.randrange(1, len(whole) // 4)
            while self.size() < before + more and process.poll() is None and time.monotonic() < end:
                time.sleep(0.001)
            process.kill()
            if process.wait() != -signal.SIGKILL:
                break
            kills += 1
            # As if the disk had kept a part of the last write.
            os.truncate(self.output, max(0, self.size() - pick.randrange(200)))
        self.assertGreater(kills, 0)
        self.assertEqual(process.returncode, 1)
        self.assertTrue(self.output.read_bytes() == whole, "the resumed output differs")

    def size(self):
        return self.output.stat().st_size if self.output.exists() else 0

    def test_an_interrupt_says_how_to_go_on(self):
        many = path("many")
        many.write_text(self.names.read_text() * 50)
        process = subprocess.Popen(command("--input", many, "--csv", "--output", self.output), stderr=subprocess.PIPE)
        while self.size() == 0 and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        words = process.communicate(timeout=LIMIT_S)[1].decode()
        self.assertEqual(process.returncode, 128 + signal.SIGINT, words)
        self.assertIn("--resume", words)
        self.assertTrue(self.output.read_bytes().endswith(b"\n"))

    def test_an_interrupt_ends_the_wait_for_input(self):
        process = subprocess.Popen(command("--input", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(b"d0.test\n")
        process.stdin.flush()
        self.assertTrue(process.stdout.readline().startswith(b"d0.test\tyes\taccepts\t"))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(LIMIT_S), 128 + signal.SIGINT)
        process.stdin.close()
        process.stdout.close()

    def test_a_closed_pipe_ends_it_quietly(self):
        process = subprocess.Popen(command("--input", self.names), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        process.wait(LIMIT_S)
        process.stderr.close()
        self.assertEqual(process.returncode, 128 + signal.SIGPIPE)

    def test_other_options_do_not_go_on_with_the_rows_of_these(self):
        few = path("few")
        few.write_text("d0.test\nd1.test\n")
        first = ("--input", few, "--csv", "--output", self.output)
        self.assertEqual(run(*first).returncode, 1)
        before = self.output.read_bytes()
        for other in ("--connect", "--host", "--private-allowed", "--loopback-allowed", "--port=2525", "--json",
                      "--egress=mx.test", "--delimiter=;"):
            done = run(*first, "--resume", other)
            self.assertEqual((done.returncode, self.output.read_bytes()), (64, before), other)
            self.assertIn(b"option", done.stderr if other != "--json" else b"option")
        self.assertEqual(run(*first, "--resume", "--parallel", "3", "--timeout", "9s").returncode, 1)
        self.assertEqual(self.output.read_bytes(), before)

    def test_other_delimiters(self):
        for delimiter, option in ((";", ";"), ("|", "|"), ("\t", "tab"), ("\t", "\\t")):
            text = f'id{delimiter}E-Mail \n1{delimiter}x@d0.test\n"a{delimiter}b"{delimiter}d1.test\n'.encode()
            done = run("--input", "-", "--column", "e-mail", "--delimiter", option, text=text)
            rows = list(csv.reader(io.StringIO(done.stdout.decode()), delimiter=delimiter))
            self.assertEqual([row[0] for row in rows], ["id", "1", f"a{delimiter}b"], done.stderr)
            self.assertEqual([row[3] for row in rows[1:]], [kind_of(0), kind_of(1)])
            done = run("--input", "-", "--column", "e-mail", text=text)
            self.assertEqual(done.returncode, 65)
            self.assertIn(b"--delimiter", done.stderr)
        self.assertEqual(run("--input", "-", "--column", "1", "--delimiter", "ab", text=b"").returncode, 64)

    def test_header_names_have_no_case(self):
        done = run("--input", "-", "--column", "EMAIL", text=b"id, Email\n1,d0.test\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("--input", "-", "--column", "email", text=b"Email,EMAIL\n1,d0.test\n")
        self.assertEqual(done.returncode, 65)
        self.assertIn(b"has 2 columns", done.stderr)
        done = run("--input", "-", "--column", "email", text=b"Email,email\nno name,d0.test\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_minus_is_standard_input_and_output(self):
        done = run("-", text=b"d0.test\nd1.test\n")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([line.split(b"\t")[2].decode() for line in done.stdout.splitlines()], [kind_of(0), kind_of(1)])
        self.assertEqual(run("--input", "-", "--output", "-", text=b"d0.test\nd1.test\n").stdout, done.stdout)
        self.assertEqual(run("-", "d0.test").returncode, 64)
        quiet = run("-q", "-", text=b"d0.test\nd1.test\n")
        self.assertEqual((quiet.returncode, quiet.stdout, quiet.stderr), (1, b"", b""))

    def test_a_terminal_sees_how_far_a_run_with_an_output_file_is(self):
        main, side = pty.openpty()
        process = subprocess.Popen(command("--input", self.names, "--csv", "--output", self.output), stdout=side, stderr=side)
        self.assertEqual(process.wait(LIMIT_S), 1)
        os.close(side)
        self.assertIn(f"{ROWS:,} rows", os.read(main, 65536).decode())
        os.close(main)

    def test_progress_is_told_when_asked_for(self):
        done = run("--input", self.names, "--progress")
        self.assertRegex(done.stderr.decode().splitlines()[-1], rf"^{ROWS:,} rows, [0-9,]+ rows/s, 100 %, 0s left$")


if __name__ == "__main__":
    unittest.main()

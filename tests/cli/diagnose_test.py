#!/usr/bin/env python3
"""Runs the built `turnaway diagnose` as a user would. Usage: diagnose_test.py TURNAWAY"""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/schema/diagnose.json").read_text(encoding="utf-8"))

BOUNCE = """\
From: mailer-daemon@example.net
To: ann@example.org
Subject: failure notice

Your message could not be delivered.

<bob@example.com>:
Remote host said: {reply}

--- Below this line is a copy of the message.

Message-ID: <1@example.org>
X-Campaign: autumn
Subject: Hello

Hello
"""
UNKNOWN = BOUNCE.format(reply="550 5.1.1 User unknown")
FULL = BOUNCE.format(reply="552 5.2.2 Mailbox full").replace("bob@", "full@")
LISTED = BOUNCE.format(reply="550 5.7.1 192.0.2.1 is listed at dnsbl.example").replace("bob@", "listed@")
ORDINARY = "From: bob@example.com\nSubject: Lunch\n\nAt noon?\n"


def run(*args: str, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, "diagnose", *args], input=stdin.encode(), capture_output=True, check=False)


def rows(*args: str, stdin: str = "") -> list[dict]:
    result = run("--json", *args, stdin=stdin)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.decode().splitlines()]


class Diagnose(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def test_json_of_a_file(self):
        path = self.write("a.eml", UNKNOWN)
        (row,) = rows(path, "--original-header", "X-Campaign")
        self.assertEqual(row["source"], path)
        self.assertEqual((row["kind"], row["recipient"], row["reason"]), ("bounce", "bob@example.com", "recipient.unknown"))
        self.assertEqual((row["reply"], row["enhanced"], row["permanence"]), (550, "5.1.1", "permanent"))
        self.assertEqual(row["compat"]["sisimai"], {"reason": "userunknown", "hardbounce": True})
        self.assertEqual(row["original"]["headers"], {"X-Campaign": "autumn"})
        self.assertIn("User unknown", row["evidence"]["text"])

    def test_a_field_name_with_a_quotation_mark_is_still_json(self):
        path = self.write("a.eml", UNKNOWN.replace("X-Campaign:", 'X-"Campaign":'))
        (row,) = rows(path, "--original-header", 'X-"Campaign"')
        self.assertEqual(row["original"]["headers"], {'X-"Campaign"': "autumn"})

    def test_every_key_is_in_the_schema(self):
        for row in rows("-", stdin=UNKNOWN) + rows("-", stdin=ORDINARY):
            self.assertLessEqual(set(row), set(SCHEMA["properties"]))
            self.assertIn(row["kind"], SCHEMA["properties"]["kind"]["enum"])
        (row,) = rows("-", stdin=UNKNOWN)
        for key in ("permanence", "scope", "who_acts", "confidence", "authentic"):
            self.assertIn(row[key], SCHEMA["properties"][key]["enum"])

    def test_ordinary_mail(self):
        self.assertEqual(rows("-", stdin=ORDINARY), [{"type": "diagnosis", "source": "standard input", "kind": "not-a-bounce"}])

    def test_maildir_reads_cur_and_new(self):
        for name, text in (("cur/1", UNKNOWN), ("new/2", FULL), ("tmp/3", LISTED), ("cur/.hidden", LISTED)):
            self.write(name, text)
        self.assertEqual([row["recipient"] for row in rows(str(self.folder))], ["bob@example.com", "full@example.com"])

    def test_progress_counts_every_message(self):
        for i in range(200):
            self.write(f"cur/{i}", UNKNOWN)
        (self.folder / "new").mkdir()
        shown = run("--progress", "always", "--jobs", "2", "--summary", str(self.folder)).stderr.decode()
        self.assertRegex(shown.splitlines()[-1], r"^200 messages, .*100 %")

    def test_mbox_numbers_its_messages(self):
        path = self.write("box", "".join(f"From x Mon Nov 30 10:00:00 2026\n{text}\n" for text in (UNKNOWN, ORDINARY, FULL)))
        found = rows(path)
        self.assertEqual([row["source"] for row in found], [f"{path}:{i}" for i in (1, 2, 3)])
        self.assertEqual([row["kind"] for row in found], ["bounce", "not-a-bounce", "bounce"])

    def test_an_mbox_longer_than_a_piece(self):
        path = self.write("box", "".join(f"From x Mon Nov 30 10:00:00 2026\n{UNKNOWN}{'x' * 4000}\n\n" for _ in range(200)))
        self.assertEqual(len(rows(path)), 200)

    def test_replies(self):
        found = rows("-", stdin="550 5.1.1 <bob@example.com>: user unknown\n452 4.2.2 mailbox full\nrubbish\n")
        self.assertEqual([row["kind"] for row in found], ["bounce", "delay", "not-a-bounce"])
        self.assertEqual(found[1]["reason"], "recipient.full")
        (forced,) = rows("--as", "message", "-", stdin="550 5.1.1 user unknown\n")
        self.assertEqual(forced["kind"], "not-a-bounce")

    def test_lines_of_one_reply_are_one(self):
        text = "550-5.1.1 No such user\n550-5.1.1 Look for typing errors\n550 5.1.1 bob@example.com\n452 4.2.2 mailbox full\n"
        for end in ("\n", "\r\n"):
            found = rows("-", stdin=text.replace("\n", end))
            self.assertEqual([(row["source"], row["reply"]) for row in found], [("standard input:1", 550), ("standard input:2", 452)])
        self.assertEqual(found[0]["recipient"], "bob@example.com")

    def test_from_inside_a_message_of_an_mbox(self):
        first = "From x Mon Nov 30 10:00:00 2026\n"
        body = "\nFrom the postmaster, with regrets\n\nFrom Monday on: Mon 10:00\nFrom y Mon Nov 30 10:00:00 2026\n"
        path = self.write("box", first + UNKNOWN + body + "\n" + first + FULL)
        self.assertEqual([row["recipient"] for row in rows(path)], ["bob@example.com", "full@example.com"])
        for odd in ("From () 2019-10-02 05:04:34 +0000\n", "From MAILER-DAEMON Mon 1 Jan 2015 00:00:00 +0900\n"):
            self.assertEqual([row["kind"] for row in rows("-", stdin=odd + UNKNOWN + "\n" + odd + FULL)], ["bounce"] * 2)
        crlf = self.write("crlf", "")
        pathlib.Path(crlf).write_bytes((first + UNKNOWN + "\n" + first + FULL).replace("\n", "\r\n").encode())
        self.assertEqual(len(rows(crlf)), 2)
        self.assertEqual([row["kind"] for row in rows("-", stdin="From our side: nothing.\nFrom theirs: nothing.\n")], ["not-a-bounce"] * 2)

    def test_page_shows_lines_of_a_reply_as_one_text(self):
        shown = run("-", stdin=UNKNOWN.replace("User", "User\n    of this\n    User")).stdout
        self.assertNotIn(b"\\x0a", shown)

    def test_any_text_is_not_a_reply(self):
        """Words of a failure prove nothing in a text that has no code, unless the caller says that it is a reply."""
        text = "Dear all, user unknown, mailbox full\nUSE OF THIS SOFTWARE, EVEN IF ADVISED\nOUT OF THE USE OF THIS SOFTWARE\n"
        self.assertEqual({row["kind"] for row in rows("-", stdin=text)}, {"not-a-bounce"})
        self.assertEqual(rows("--as", "replies", "-", stdin="mailbox full\n")[0]["kind"], "bounce")

    def test_suppress_keeps_full_mailboxes_and_our_own_blocks(self):
        for name, text in (("1", UNKNOWN), ("2", FULL), ("3", LISTED), ("4", ORDINARY)):
            self.write(name, text)
        table = list(csv.DictReader(io.StringIO(run("--suppress", str(self.folder)).stdout.decode())))
        self.assertEqual([(row["address"], row["reason"]) for row in table], [("bob@example.com", "recipient.unknown")])
        self.assertRegex(table[0]["expires"], r"^\d{4}-\d\d-\d\d$")
        backscatter = run("--suppress", "--vouch", "other.example", str(self.folder)).stdout.decode()
        self.assertEqual(len(backscatter.splitlines()), 1)

    def test_csv_and_json_say_the_same(self):
        self.write("1", UNKNOWN)
        (row,) = rows(str(self.folder))
        (cells,) = csv.DictReader(io.StringIO(run("--csv", str(self.folder)).stdout.decode()))
        self.assertEqual([cells[key] for key in ("source", "kind", "recipient", "reason")], [row[key] for key in ("source", "kind", "recipient", "reason")])
        self.assertEqual((cells["reply"], cells["sisimai_reason"]), ("550", "userunknown"))

    def test_summary_fits_80_columns(self):
        for i in range(30):
            self.write(f"{i}", UNKNOWN.replace("example.com", f"a-rather-long-name-of-a-domain-{i}.example.com"))
        text = run("--summary", "--color", "never", str(self.folder)).stdout.decode()
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.assertIn("recipient.unknown", text)
        self.assertIn("20 others", text)

    def test_page_has_no_control_characters(self):
        text = run("-", stdin=UNKNOWN.replace("User", "\x1b[31mUser")).stdout
        self.assertNotIn(b"\x1b", text)
        self.assertIn(b"bob@example.com: recipient.unknown", text)

    def test_vouch(self):
        self.assertEqual(rows("--vouch", "example.org", "-", stdin=UNKNOWN)[0]["authentic"], "yes")
        self.assertEqual(rows("--vouch", "example.net", "-", stdin=UNKNOWN)[0]["authentic"], "no")

    def test_japanese_in_iso_2022_jp(self):
        head = "From: postmaster@example.net\nSubject: failure notice\nContent-Type: text/plain; charset=iso-2022-jp\n\n"
        body = "以下のメールアドレスへの送信に失敗しました。\n\nbob@example.com\nユーザーが見つかりません\n".encode("iso-2022-jp")
        result = subprocess.run([PROGRAM, "diagnose", "--json", "-"], input=head.encode() + body, capture_output=True, check=True)
        row = json.loads(result.stdout)
        self.assertEqual((row["kind"], row["recipient"]), ("bounce", "bob@example.com"))

    def test_a_large_attachment(self):
        message = UNKNOWN.replace("Subject: Hello\n\nHello\n", "Subject: Hello\n\n" + ("QUJD" * 19 + "\n") * 200_000)
        self.assertEqual(rows("-", stdin=message)[0]["reason"], "recipient.unknown")

    def test_wrong_use(self):
        missing = run(str(self.folder / "missing"))
        self.assertEqual(missing.returncode, 66)
        self.assertIn("there is no file or folder", missing.stderr.decode())
        self.assertEqual(run("--json", "--csv", "-").returncode, 64)
        self.assertEqual(run().returncode, 64)


if __name__ == "__main__":
    unittest.main()

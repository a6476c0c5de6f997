"""The examples of README.md are run: each line "    $ command" must print what follows it.

DNS is a name server of the test, and the configuration of the gate and the bounce are the test's own: what the README does not show is added to the
command by ADDED. `readme_test.py --write` puts the output of now into README.md.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/live"))
from dns_server import DnsServer  # noqa: E402

README = ROOT / "README.md"
BIN = pathlib.Path(os.environ.get("TURNAWAY_BIN", ROOT / "build/release/bin"))
ZONE = ["example.net MX 0 .", "example.org MX 10 mx.example.org", "mx.example.org A 203.0.113.25"]
GATE = '''[verdict]
null_mx = "reject"
[dns]
local_data = ["example.net. 60 IN MX 0 .", "example.org. 60 IN MX 10 mx.example.org.", "mx.example.org. 60 IN A 192.0.2.1"]
'''
BOUNCE = """From: MAILER-DAEMON@mx.example.org
To: ann@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.net>: user unknown

--b--
"""
EXAMPLE = re.compile(r"^    \$ (.*)\n((?:    (?!\$ ).*\n)*)", re.MULTILINE)


class Place:
    """A folder with the files of the examples, and a name server."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        pathlib.Path(self.folder.name, "bounce.eml").write_text(BOUNCE)
        pathlib.Path(self.folder.name, "gate.conf").write_text(GATE)
        server = DnsServer("127.0.0.1")
        server.add(*ZONE)
        self.added = {"turnaway check ": f"--resolver 127.0.0.1@{server.port} ", "turnaway gate test ": "--config gate.conf "}

    def output(self, command):
        for beginning, words in self.added.items():
            command = command.replace(beginning, beginning + words)
        done = subprocess.run(["sh", "-c", command], cwd=self.folder.name, env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"},
                              capture_output=True, text=True)
        return "".join(f"    {line}".rstrip() + "\n" for line in done.stdout.rstrip().splitlines()) + done.stderr


class ReadmeTest(unittest.TestCase):
    def test_each_example_prints_what_the_readme_shows(self):
        place = Place()
        examples = EXAMPLE.findall(README.read_text())
        self.assertGreaterEqual(len(examples), 5)
        for command, expected in examples:
            with self.subTest(command):
                self.assertEqual(place.output(command), expected, "python3 tests/cli/readme_test.py --write")


def write():
    place = Place()
    README.write_text(EXAMPLE.sub(lambda found: f"    $ {found[1]}\n{place.output(found[1])}", README.read_text()))


if __name__ == "__main__":
    write() if sys.argv[1:] == ["--write"] else unittest.main()

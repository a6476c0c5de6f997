"""Every dialogue of tests/dialogue/server against the running relay: turn by turn, what was taken delivered as it was.

What the pure session's judge says there in its own words is compared by its codes, and sizes in EHLO not at all: the relay's
settings do not go so low. Dialogues that need such limits or a spool that fails on a word are left out, by name.
"""
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import unittest

from refuse_dialogues import unescape
from relay_client import connect, read_line
from relay_daemon import ROOT, wait_until
from relay_scene import Scene

FOLDER = pathlib.Path(ROOT, "tests/dialogue/server")
LEFT_OUT = {
    "bdat_refused": "20,000 octets a message", "size": "20,000 octets a message", "recipients": "3 recipients",
    "limits": "5 messages", "too_many_errors": "5 errors", "judge_closes": "a judge that says 421",
    "spool_fails": "a spool that fails (tests/crash)", "tls_required": "required STARTTLS, which the relay does not ask for",
}
JUDGED = re.compile(r"(250 2\.1\.[05]|250 2\.0\.0) .*|(451 4\.4\.3|556 5\.1\.10) .*")


def read_dialogue(path):
    """Turns as [client bytes, event, lines of the server], the contents taken, and whether the server closes."""
    turns, taken, closes = [[b"", None, []]], [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        key, _, text = line.partition(": ")
        if key == "taken":
            taken.append(unescape(text))
        elif key in ("C", "R"):
            if turns[-1][1] or turns[-1][2]:
                turns.append([b"", None, []])
            turns[-1][0] += unescape(text) + (b"\r\n" if key == "C" else b"")
        elif key == "S" and text == "<closed>":
            closes = True
        elif key == "S" and text.startswith("<tls"):
            turns.append([b"", text, []])
        elif key == "S":
            turns[-1][2].append(text)
        else:
            raise ValueError(f"{path}: not a dialogue line: {line}")
    return turns, taken, closes


def comparable(line, client):
    """What must be equal of a line of the dialogue and one of the relay."""
    line = line.replace("192.0.2.1", client)
    line = re.sub(r"^(250.SIZE|250.LIMITS) .*", r"\1", line)
    if match := JUDGED.fullmatch(line):
        return match.group(1) or match.group(2)
    return line


class Dialogues(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="turnaway_tls_")
        cert, key = f"{cls.folder.name}/cert.pem", f"{cls.folder.name}/key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-subj", "/CN=relay.example", "-keyout", key, "-out", cert], check=True, capture_output=True)
        cls.scene = Scene({"tls": {"cert": cert, "key": key}, "verdict": {"dns_trouble": "defer"},
                           "relay": {"postmaster": "ops@host.example"}})
        cls.scene.start()
        cls.sink = cls.scene.host()
        cls.scene.domain("host.example", cls.sink)
        cls.scene.domain("client.example", cls.sink)
        cls.scene.dns.add("nullmx.example MX 0 .")
        cls.scene.dns.trouble["later.example"] = "servfail"

    @classmethod
    def tearDownClass(cls):
        cls.scene.stop()
        cls.folder.cleanup()

    def check(self, path):
        turns, taken, closes = read_dialogue(path)
        before = len(self.sink.messages)
        client = connect(self.scene.relay)
        self.addCleanup(client.close)
        for sent, event, said in turns:
            if event == "<tls up>":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                client = context.wrap_socket(client)
                self.addCleanup(client.close)
            elif event:
                client.shutdown(socket.SHUT_WR)
            if sent:
                client.sendall(sent)
            for line in said:
                got = read_line(client).decode().removesuffix("\r\n")
                # A sender at a null MX: here the judge of the pure session says what it says of recipients.
                if sent.startswith(b"MAIL FROM:<a@nullmx.example>"):
                    self.assertEqual(got[:10], "550 5.7.27")
                    continue
                address = client.getsockname()[0]
                self.assertEqual(comparable(got, address), comparable(line, address), sent[:100])
        if closes:
            self.assertEqual(read_line(client), b"")
        wait_until(lambda: len(self.sink.messages) >= before + len(taken), "what was taken to arrive")
        # Nothing else was taken, so nothing else is ever delivered; the Received field is ours.
        contents = [message.content.partition(b"\r\n")[2] for message in self.sink.messages[before:]]
        contents = [re.sub(rb"\A(?:[ \t].*\r\n)*", b"", content) for content in contents]
        self.assertCountEqual(contents, taken)


def add_tests():
    names = {path.stem for path in FOLDER.glob("*.txt")}
    if missing := LEFT_OUT.keys() - names:
        raise ValueError(f"left out, but not there: {missing}")
    for name in sorted(names - LEFT_OUT.keys()):
        setattr(Dialogues, f"test_{name}", lambda self, name=name: self.check(FOLDER / f"{name}.txt"))


add_tests()
if __name__ == "__main__":
    unittest.main()

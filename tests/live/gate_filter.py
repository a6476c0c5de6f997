"""Every dialogue of tests/dialogue/filter against `turnaway-gate filter`, through pipes, line by line; its start and its end."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from gate_client import control
from gate_daemon import GateScene
from refuse_dialogues import unescape
from relay_daemon import BIN, ROOT, toml, wait_until

GATE = BIN / "turnaway-gate"
FOLDER = pathlib.Path(ROOT, "tests/dialogue/filter")
WAIT_S = 60


def read_dialogue(path):
    """(whether header fields are added, [bytes of smtpd, lines of the filter], the fault)."""
    tags, turns, fault = False, [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, text = line.partition(": ")
        if key == "tags":
            tags = True
        elif key == "fault":
            fault = text
        elif line.startswith(("C:", "R:")):
            turns.append([unescape(text) if key == "R" else text.encode() + b"\n", []])
        elif key == "S":
            turns[-1][1].append(text)
    return tags, turns, fault


class Filter:
    def __init__(self, folder, tags=False, **keys):
        self.path = pathlib.Path(folder, "gate.conf")
        # Nobody answers there: domains that are not listed are passed at the deadline.
        settings = {"": {"hostname": "gate.example"}, "answer": {"deadline": "1s"}, "dns": {"forward": ["127.0.0.1@9"]},
                    "relay": {"mailless": ["mailless.example"]}, "control": {"socket": ""}, "log": {"format": "json"},
                    "except": {"recipient_domains": ["open.example"]},
                    "verdict": {"mailless": "tag" if tags else "reject", "sender_null_mx": "pass"}, **keys}
        self.path.write_text(toml(settings))
        options = ["--no-sandbox"] if "TURNAWAY_NO_SANDBOX" in os.environ else []
        self.process = subprocess.Popen([GATE, "filter", "--config", self.path, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def say(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self):
        return self.process.stdout.readline().decode().rstrip("\n")

    def end(self):
        """(exit status, what else it said, its log)."""
        with self.process:
            said, log = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, said.decode(), log.decode()


class GateFilter(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = place.name

    def test_dialogues(self):
        for path in sorted(FOLDER.glob("*.txt")):
            with self.subTest(path.stem):
                tags, turns, fault = read_dialogue(path)
                smtpd = Filter(self.folder, tags)
                for data, answers in turns:
                    smtpd.say(data)
                    for answer in answers:
                        self.assertEqual(smtpd.line(), answer, f"after {data[:150]}")
                status, rest, log = smtpd.end()
                self.assertEqual((status, rest), (0, ""), log)
                if fault:
                    self.assertIn(json.dumps(fault)[1:-1], log)

    def test_a_configuration_with_an_error_is_told_to_smtpd(self):
        smtpd = Filter(self.folder, answer={"deadline": "soon"})
        status, said, log = smtpd.end()
        self.assertEqual((status, said), (78, ""))
        self.assertIn("deadline", log)

    def test_hosts_that_another_gate_remembers(self):
        with GateScene({"listen": {"policy": ["127.0.0.1:0"]}, "control": {"socket": f"{self.folder}/control"}}) as scene:
            socket = scene.gate.settings["control"]["socket"]
            control(socket, do="remember", host="mx.healthy.example", address="192.0.2.25", words="521 mx.healthy.example Host does not accept mail")
            smtpd = Filter(self.folder, dns=scene.gate.settings["dns"], memory={"relay_socket": socket})
            self.addCleanup(smtpd.end)
            smtpd.say(b"config|subsystem|smtp-in\nconfig|ready\n")
            self.assertIn("register|ready", iter(smtpd.line, ""))
            smtpd.say(b"report|0.6|1.0|smtp-in|link-connect|00000000000000a1|mail.example|pass|192.0.2.7:40000|192.0.2.1:25\n")

            def answer():
                smtpd.say(b"filter|0.6|1.0|smtp-in|rcpt-to|00000000000000a1|0000000000000002|bob@host.example\n")
                return smtpd.line().startswith("filter-result|00000000000000a1|0000000000000002|reject|556 5.3.2 ")
            wait_until(answer, "the lesson")

    def test_a_file_as_standard_input_is_refused(self):
        smtpd = Filter(self.folder)
        smtpd.end()
        with open(smtpd.path, "rb") as file:
            done = subprocess.run(smtpd.process.args, stdin=file, capture_output=True, timeout=WAIT_S)
        self.assertEqual(done.returncode, 64)
        self.assertIn(b"standard input is a file", done.stderr)


if __name__ == "__main__":
    unittest.main()

"""`turnaway-gate test` and `turnaway-gate learn`: the decision with the answer in each protocol, and what a log teaches a running gate."""
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

from gate_daemon import Gate
from relay_daemon import BIN, ROOT, toml

WAIT_S = 60
LOCAL_DATA = ["null.example. 300 IN MX 0 .", "healthy.example. 300 IN MX 10 mx.healthy.example.", "mx.healthy.example. 300 IN A 192.0.2.5"]
LINE = ("Nov 30 13:54:53 sender postfix/smtp[244]: 74D9C254: host mx.healthy.example[192.0.2.5] refused to talk to me: "
        "521 mx.healthy.example {}\n")
REFUSAL = "Host does not accept mail"


class GateCommands(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.config = self.folder / "gate.conf"
        self.write()

    def write(self, **sections):
        # No name server is there: what is not in local_data is late.
        self.settings = {"": {"hostname": "gate.example"}, "answer": {"deadline": "1s"},
                         "dns": {"forward": ["127.0.0.1@9"], "local_data": LOCAL_DATA}, "relay": {"mailless": ["mailless.example"]},
                         "control": {"socket": str(self.folder / "gate.sock")}, **sections}
        self.config.write_text(toml(self.settings))

    def run_gate(self, *words, text=""):
        done = subprocess.run([BIN / "turnaway-gate", *words, "--config", self.config], input=text, capture_output=True, text=True,
                              timeout=WAIT_S)
        return done.returncode, done.stdout, done.stderr

    def trial(self, *words):
        status, said, noise = self.run_gate("test", "--json", *words)
        self.assertEqual(noise, "")
        return status, json.loads(said)

    def test_each_protocol_refuses(self):
        status, found = self.trial("--recipient", "bob@null.example", "--sender", "ann@healthy.example", "--client", "192.0.2.77",
                                   "--user", "ann")
        words = "null.example does not accept mail (null MX, RFC 7505)"
        self.assertEqual((status, found["verdict"], found["action"], found["code"], found["status"]),
                         (1, "null_mx", "reject", 556, "5.1.10"))
        reply = f"556 5.1.10 <bob@null.example>: {words}"
        self.assertEqual(found["answers"], {
            "policy": f"action=556 5.1.10 {words}", "milter": reply, "line": f"refuse {reply}",
            "filter": f"filter-result|0000000000000001|0000000000000002|reject|{reply}"})

    def test_json_is_as_its_schema_says(self):
        schema = json.loads(pathlib.Path(ROOT, "docs/schema/gate-test.json").read_text())
        for recipient in ("bob@null.example", "bob@healthy.example"):
            _, found = self.trial("--recipient", recipient)
            self.assertEqual(list(schema["properties"]), list(found))
            self.assertEqual(set(schema["required"]), set(found))

    def test_each_protocol_passes(self):
        status, found = self.trial("--recipient", "bob@healthy.example", "--sender", "ann@healthy.example", "--client", "2001:db8::7")
        self.assertEqual((status, found["verdict"], found["code"]), (0, "accepted", None))
        self.assertEqual(found["answers"], {"policy": "action=DUNNO", "milter": "continue", "line": "pass",
                                            "filter": "filter-result|0000000000000001|0000000000000002|proceed"})

    def test_the_sender(self):
        status, found = self.trial("--recipient", "bob@healthy.example", "--sender", "ann@null.example")
        self.assertEqual((status, found["verdict"], found["status"]), (1, "sender_null_mx", "5.7.27"))
        for answer in found["answers"].values():
            self.assertIn("550 5.7.27 ", answer)

    def test_observed_deferred_and_excepted(self):
        self.write(**{"": {"hostname": "gate.example", "mode": "observe"}})
        status, found = self.trial("--recipient", "bob@mailless.example")
        self.assertEqual((status, found["action"], found["observed"], found["answers"]["line"]), (0, "reject", True, "pass"))
        self.write(verdict={"mailless": "defer"})
        status, found = self.trial("--recipient", "bob@mailless.example")
        self.assertEqual((status, found["action"], found["code"] // 100), (2, "defer", 4))
        self.write(**{"except": {"users": ["ann"]}})
        status, found = self.trial("--recipient", "bob@mailless.example", "--user", "ann")
        self.assertEqual((status, found["verdict"]), (0, "excepted"))

    def test_for_people(self):
        status, said, _ = self.run_gate("test", "--recipient", "bob@mailless.example")
        self.assertEqual(status, 1)
        self.assertEqual([line.split()[0] for line in said.splitlines()],
                         ["verdict", "action", "evidence", "filter", "line", "milter", "policy"])

    def test_wrong_command_lines(self):
        for words in (["test"], ["test", "--recipient", "a@b", "--client", "host"], ["learn"]):
            self.assertEqual(self.run_gate(*words)[0], 64, words)
        self.assertEqual(self.run_gate("learn", "--log", self.folder / "absent")[0], 66)

    def test_a_log_teaches_the_running_gate(self):
        gate = Gate({key: value for key, value in self.settings.items() if key} | {"listen": {"policy": ["127.0.0.1:0"]}})
        self.addCleanup(gate.remove)
        gate.start()
        self.addCleanup(lambda: gate.process.poll() is None and gate.kill())

        def ask():
            with socket.create_connection(gate.places("policy")[0], timeout=WAIT_S) as client:
                client.sendall(b"request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient=bob@healthy.example\n\n")
                return client.makefile().readline().strip()

        self.assertEqual(ask(), "action=DUNNO")
        # About this client, and from another program: nothing is learned.
        noise = LINE.format("5.7.1 Client host [192.0.2.10] blocked: listed in DNSBL") + LINE.format(REFUSAL).replace("/smtp[", "/smtpd[")
        self.assertEqual(self.run_gate("learn", "--log", "-", text=noise), (0, "", ""))
        self.assertEqual(ask(), "action=DUNNO")
        log = self.folder / "mail.log"
        log.write_text(noise + LINE.format(REFUSAL))
        status, said, _ = self.run_gate("learn", "--log", log)
        self.assertEqual((status, said), (0, f"learned: mx.healthy.example 192.0.2.5:25: 521 mx.healthy.example {REFUSAL}\n"))
        self.assertRegex(ask(), r"^action=5\d\d 5\.3\.2 .*mx\.healthy\.example said 521")

    def peak_bytes(self, *pieces):
        """The memory of `learn` at its largest while it reads this log, and what it wrote to standard error."""
        log = self.folder / "mail.log"
        with log.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        with log.open("rb") as file, subprocess.Popen([BIN / "turnaway-gate", "learn", "--log", "-", "--config", self.config], stdin=file,
                                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            noise = process.stderr.read().decode()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0  # waited for
        return usage.ru_maxrss * 1024, noise

    @unittest.skipIf(os.environ.get("TURNAWAY_NO_SANDBOX"), "a sanitizer has memory of its own")
    def test_a_log_without_line_ends_does_not_fill_the_memory(self):
        line = LINE.format(REFUSAL).encode()
        small, _ = self.peak_bytes(line)
        large, noise = self.peak_bytes(*[b"x" * (1 << 20)] * 64, b"\n" + line)
        self.assertLess(large - small, 16 << 20)
        self.assertIn("not learned: mx.healthy.example", noise)

    def test_a_folder_is_not_a_log(self):
        status, _, noise = self.run_gate("learn", "--log", self.folder)
        self.assertEqual((status, str(self.folder) in noise), (66, True))

    def test_a_gate_that_is_not_there(self):
        status, said, noise = self.run_gate("learn", "--log", "-", text=LINE.format(REFUSAL))
        self.assertEqual((status, said), (69, ""))
        self.assertIn("not learned: mx.healthy.example", noise)


if __name__ == "__main__":
    unittest.main()

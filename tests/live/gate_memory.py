#!/usr/bin/env python3
"""The gate's memory of refusing hosts: the control socket with `turnaway queue hosts` and `forget`, and what it learns from a
turnaway-relay on the same machine.
"""
import subprocess
import unittest

from gate_client import Client, control
from gate_daemon import GateScene
from relay_daemon import BIN, WAIT_S, Relay, free_port, loopback_block, wait_until
from smtp_host import SmtpHost

FREE = ["127.0.0.1:0"]
WORDS = "521 mx.healthy.example Host does not accept mail"


class Memory(unittest.TestCase):
    def serve(self, **settings):
        scene = GateScene({"listen": {"policy": FREE}, **settings})
        scene.gate.settings["control"] = {"socket": str(scene.gate.folder / "control")}
        self.enterContext(scene)
        self.client = self.enterContext(Client(scene.gate.places("policy")[0]))
        return scene, scene.gate.folder / "control"

    def queue(self, socket, *arguments):
        told = subprocess.run([BIN / "turnaway", "queue", arguments[0], "--socket", socket, *arguments[1:]],
                              capture_output=True, text=True, check=False, timeout=WAIT_S)
        self.assertEqual((told.returncode, told.stderr), (0, ""), arguments)
        return told.stdout

    def test_a_host_is_remembered_shown_and_forgotten(self):
        scene, socket = self.serve()
        self.assertEqual(self.client.action("bob@host.example"), "DUNNO")
        self.assertEqual(control(socket, do="remember", host="mx.healthy.example", address="192.0.2.25", words=WORDS)[-1]["count"], 1)
        self.assertEqual(self.client.action("bob@host.example").split()[:2], ["556", "5.3.2"])
        host, end = control(socket, do="hosts")
        self.assertEqual((host["address"], host["port"], host["host"], host["words"]), ("192.0.2.25", 25, "mx.healthy.example", WORDS))
        self.assertEqual((end["ok"], end["count"]), (True, 1))
        status = control(socket, do="status")[0]
        self.assertEqual((status["mode"], status["connections"], status["refusing_hosts"]), ("enforce", 1, 1))
        # The commands of the relay's administrator work here too.
        self.assertIn("192.0.2.25", self.queue(socket, "hosts"))
        self.queue(socket, "forget", "192.0.2.25:25")
        self.assertEqual(self.client.action("bob@host.example"), "DUNNO")
        changes = wait_until(lambda: len(found := scene.gate.lines("controlled")) == 2 and found, "the log")
        self.assertEqual([(line["request"], line["changed"]) for line in changes], [("remember", 1), ("forget", 1)])

    def test_wrong_requests_are_refused_in_words(self):
        _, socket = self.serve()
        for request in ({"do": "hold"}, {"do": "remember", "address": "mx.example", "words": WORDS}, {"do": "remember", "address": "192.0.2.1"},
                        {"do": "hosts", "limit": 1}, {"all": True}):
            end = control(socket, **request)[-1]
            self.assertEqual((end["ok"], end["fault"]), (False, "request"), request)
            self.assertTrue(end["error"])
        self.assertEqual(control(socket, do="forget", host="192.0.2.9")[-1]["missing"], 1)
        self.assertEqual(control(socket, do="forget", all=True)[-1]["count"], 0)

    def test_what_a_relay_knows_is_learned_and_forgotten_with_it(self):
        block = loopback_block()
        address, port = f"{block}.2", free_port(f"{block}.2")
        host = SmtpHost(address, port, {"greeting": "521 mx.refusing.example Host does not accept mail"})
        self.addCleanup(host.close)
        relay = Relay(block, {"dns": {"local_data": ["refusing.example. 60 IN MX 10 mx.refusing.example.",
                                                     f"mx.refusing.example. 60 IN A {address}"]},
                              "delivery": {"port": port, "loopback": "allow"}})
        self.addCleanup(relay.remove)
        relay.start()
        self.addCleanup(relay.stop)
        relay.send("", ["bob@refusing.example"])
        wait_until(lambda: relay.lines("host-refuses"), lambda: f"the 521 {relay.log}")
        _, socket = self.serve(memory={"relay_socket": str(relay.folder / "control")})
        learned = wait_until(lambda: control(socket, do="hosts")[:-1], "the lesson")
        self.assertEqual((learned[0]["address"], learned[0]["port"]), (address, port))
        self.assertEqual(learned, control(relay.folder / "control", do="hosts")[:-1])
        self.queue(relay.folder / "control", "forget", f"{address}:{port}")
        wait_until(lambda: not control(socket, do="hosts")[:-1], "the end of it")

    def test_a_relay_that_is_not_there_is_said_once(self):
        scene, socket = self.serve(memory={"relay_socket": "/nowhere/relay.sock"})
        line = wait_until(lambda: [line for line in scene.gate.lines("trouble") if "relay_socket" in line["words"]], "the log")[0]
        self.assertIn("/nowhere/relay.sock", line["words"])
        self.assertEqual(self.client.action("bob@nullmx.example")[:3], "556")
        self.assertEqual(control(socket, do="hosts")[-1]["count"], 0)


if __name__ == "__main__":
    unittest.main()

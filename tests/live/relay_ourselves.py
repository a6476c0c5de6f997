"""Which hosts of a route are the relay itself (RFC 5321 section 5.1, requirement 43): with a socket on every address, opened by the
relay or by systemd, by name and by address literal, and after an address came to an interface.

The last needs a network of its own, and so root.
"""
import os
import pathlib
import sys
import unittest

import namespace
from relay_daemon import free_port, must, wait_until
from relay_rig import with_sockets
from relay_scene import Scene

LOOP = "550 5.4.6"


def rcpt(relay, *recipients):
    """Code and enhanced code of each."""
    with relay.client() as client:
        client.ehlo()
        must(client.mail(""))
        replies = [client.rcpt(one) for one in recipients]
    return [f"{code} {words.decode().split()[0]}" for code, words in replies]


class Everywhere(unittest.TestCase):
    """The port where the relay listens is the port it would dial."""

    def scene(self, **relay):
        scene = Scene({"relay": relay})
        port = free_port("0.0.0.0")
        scene.letters.close()
        scene.relay.settings["delivery"]["port"] = scene.relay.port = port
        scene.relay.settings["listen"]["smtp"] = [f"0.0.0.0:{port}"]
        scene.dns.add("loop.example MX 10 self.example", f"self.example A {scene.block}.77", f"bare.example A {scene.block}.78",
                      "worse.example MX 10 backup.example", "worse.example MX 20 self.example", "backup.example A 192.0.2.99",
                      "named.example MX 10 mx2.example", "named.example MX 20 backup.example", "mx2.example A 192.0.2.98")
        return scene

    def check(self, scene):
        here = f"[{scene.block}.1]"
        self.assertEqual(rcpt(scene.relay, "bob@loop.example", "bob@bare.example", f"bob@{here}", "bob@worse.example"),
                         [LOOP, LOOP, LOOP, "250 2.1.5"])

    def test_own_socket(self):
        scene = self.scene().start()
        try:
            self.check(scene)
            self.assertEqual(rcpt(scene.relay, "bob@named.example"), ["250 2.1.5"])
        finally:
            scene.stop()

    def test_socket_of_systemd(self):
        scene = self.scene()
        scene.relay.settings["listen"]["smtp"] = ["127.0.0.1:1"]  # nobody asks
        scene.relay.start(with_sockets(f"0.0.0.0:{scene.relay.port}"))
        try:
            self.check(scene)
        finally:
            scene.stop()

    def test_names_and_addresses_of_the_administrator(self):
        scene = self.scene(own_names=["MX2.example"], own_addresses=["192.0.2.99"]).start()
        try:
            self.assertEqual(rcpt(scene.relay, "bob@named.example", "bob@worse.example", "bob@[192.0.2.99]"), [LOOP] * 3)
        finally:
            scene.stop()

    def test_another_port_is_another_server(self):
        """A mail server beside the relay, at an address of the relay's own."""
        scene = Scene()
        scene.relay.settings["listen"]["smtp"] = [f"0.0.0.0:{scene.relay.port}"]
        scene.start()
        try:
            to = scene.domain("beside.example", scene.host())
            scene.send(to)
            scene.relay.delivery(to, "sent")
        finally:
            scene.stop()


def learns_a_new_address():
    """Inside a network of its own, on port 25: before and after an address comes to an interface, and when it is gone."""
    for command in (["link", "set", "lo", "up"], ["link", "add", "wire0", "type", "veth", "peer", "name", "wire1"],
                    ["link", "set", "wire0", "up"], ["link", "set", "wire1", "up"],
                    ["address", "add", "192.0.2.1/24", "dev", "wire0"]):
        namespace.system("ip", *command)
    scene = Scene({"delivery": {"port": 25}})
    scene.relay.port = 25
    scene.relay.settings["listen"]["smtp"] = ["0.0.0.0:25"]
    scene.dns.add("one.example MX 10 mx1.example", "mx1.example A 192.0.2.1", "two.example MX 10 mx2.example", "mx2.example A 192.0.2.2",
                  # Never dialled, so never a way back: the MX behind it stays.
                  "stray.example MX 10 stray1.example", "stray1.example A 127.0.0.1", "stray.example MX 20 mx3.example",
                  "mx3.example A 192.0.2.3")
    scene.start()
    try:
        seen = [rcpt(scene.relay, "bob@one.example", "bob@two.example", "bob@stray.example")]
        namespace.system("ip", "address", "add", "192.0.2.2/32", "dev", "wire0")
        wait_until(lambda: rcpt(scene.relay, "bob@two.example") == [LOOP], "the new address")
        namespace.system("ip", "address", "del", "192.0.2.2/32", "dev", "wire0")
        wait_until(lambda: rcpt(scene.relay, "bob@two.example") == ["250 2.1.5"], "that it is gone")
        return seen
    finally:
        scene.stop()


@unittest.skipIf(os.geteuid() != 0, "needs root")
class Changes(unittest.TestCase):
    def test_an_interface_gets_an_address(self):
        if reason := namespace.unavailable():
            self.skipTest(reason)
        self.assertEqual(namespace.call("relay_ourselves:learns_a_new_address", {}, limit_s=100),
                         [[LOOP, "250 2.1.5", "250 2.1.5"]])


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    unittest.main()

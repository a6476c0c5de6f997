"""Whatever a name server does: no name gets a record that its zone does not have, and DNS trouble is never a permanent answer.

For each fault of dns_faults.FAULTS there are domains whose MX, and others whose mail host, is answered with that fault, among
domains that are answered well. All go through `check` (many at once, and one by one), the relay (reply to RCPT and delivery),
the audit and the doctor. No network, no port 25, no right is needed.
"""
import concurrent.futures
import json
import os
import pathlib
import smtplib
import socket
import subprocess
import tempfile
import threading
import unittest

from dns_faults import EVIL, EVIL_NAME, FAULTS, HARMLESS, FaultyDns
from relay_daemon import Relay, free_port, loopback_block, must, wait_until

BIN = pathlib.Path(os.environ["TURNAWAY_BIN"])
LIMIT_S = 120
GOOD = 40
AT_ONCE = 40


class Hosts:
    """Takes mail at any number of addresses and keeps who was written to at which."""

    def __init__(self, addresses, port):
        self.taken = []  # (address, recipient)
        for address in addresses:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(20)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        client.settimeout(LIMIT_S)
        with client, client.makefile("rb") as lines:
            client.sendall(b"220 host\r\n")
            is_content = False
            for line in lines:
                if is_content and line != b".\r\n":
                    continue
                word = line[:4].upper()
                if word == b"RCPT":
                    self.taken.append((client.getsockname()[0], line.decode().partition("<")[2].partition(">")[0]))
                is_content = word == b"DATA"
                client.sendall(b"354 go\r\n" if is_content else b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return


class World:
    """A domain for each fault of its MX and of its host, and good ones; each with a host of its own in `hosts`."""

    def __init__(self, block, hosts, tcp=True):
        self.dns, self.kinds, self.addresses = FaultyDns(f"{block}.253", tcp), {}, {}
        self.hosts, self.numbers = hosts, iter(range(2, 250))
        self.dns.add("other.faults.test MX 10 mx.other.faults.test", f"mx.other.faults.test A {hosts}.1")
        for kind in FAULTS:
            self.dns.fault(self._domain(f"{kind}.mx.faults.test", kind), kind, "MX")
            self.dns.fault("mx." + self._domain(f"{kind}.host.faults.test", kind), kind)
        for number in range(GOOD):
            self._domain(f"good{number}.faults.test", None)

    def _domain(self, name, kind):
        self.kinds[name], self.addresses[name] = kind, f"{self.hosts}.{next(self.numbers)}"
        self.dns.add(f"{name} MX 10 mx.{name}", f"mx.{name} A {self.addresses[name]}")
        return name

    def is_answered(self, name):
        """Unless the server is given up for its other faults."""
        return self.kinds[name] in HARMLESS | {None}


class Check(unittest.TestCase):
    def run_check(self, world, *arguments, text=None):
        done = subprocess.run([BIN / "turnaway", "check", "--resolver", world.dns.place, "--json", *arguments], input=text,
                              capture_output=True, text=True, timeout=LIMIT_S, check=False)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def judge(self, world, found):
        name, text = found["domain"], json.dumps(found)
        with self.subTest(name):
            self.assertNotIn(EVIL, text)
            self.assertNotIn(EVIL_NAME, text)
            if found["accepts_mail"] == "yes":
                records = [each["records"] for each in found["dns"] if each["records"]]
                self.assertEqual(records, [[f"10 mx.{name}"], [world.addresses[name]]])
            else:
                self.assertEqual((found["accepts_mail"], found["verdict"]), ("unknown", "dns-failure"), text)

    def test_many_at_once(self):
        for tcp in (True, False):
            world = World(loopback_block(), "198.51.100", tcp)
            found = self.run_check(world, "--input", "-", "--timeout", "4s", text="\n".join(world.kinds) + "\n")
            self.assertEqual({each["domain"] for each in found}, set(world.kinds))
            for each in found:
                self.judge(world, each)

    def test_one_by_one(self):
        world = World(loopback_block(), "198.51.100")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            def look(name):
                return self.run_check(world, "--timeout", "30s" if world.is_answered(name) else "1s", name)
            for found in pool.map(look, world.kinds):
                self.judge(world, found[0])
                # Here no other fault makes libunbound give the server up.
                if world.is_answered(found[0]["domain"]):
                    self.assertEqual(found[0]["accepts_mail"], "yes", found)

    def test_a_server_that_answers_few_of_many_questions(self):
        """As with a rate limit: every third answer comes, whatever was asked."""
        world = World(loopback_block(), "198.51.100")
        world.dns.faults.clear()
        world.dns.answers_every = 3
        found = self.run_check(world, "--input", "-", "--timeout", "2s", text="\n".join(world.kinds) + "\n")
        for each in found:
            self.judge(world, each)


class WithoutAuthority(unittest.TestCase):
    """A forwarder that takes the authority section away: it never says for which zone there is nothing, and is right."""

    def setUp(self):
        self.block = loopback_block()
        self.dns = FaultyDns(f"{self.block}.253")
        self.dns.has_authority = False
        self.dns.add(f"implicit.faults.test A {self.block}.1", "nothing.faults.test TXT hello", "mute.faults.test MX 10 mx.nothing.faults.test",
                     f"sender.faults.test A {self.block}.1", "gone.mx.faults.test MX 10 mx.gone.faults.test")

    def test_check_knows_what_is_there(self):
        def look(name):
            done = subprocess.run([BIN / "turnaway", "check", "--resolver", self.dns.place, "--json", "--timeout", "20s", name],
                                  capture_output=True, text=True, timeout=LIMIT_S, check=False)
            return json.loads(done.stdout)["accepts_mail"]
        self.dns.zone["implicit.faults.test"] = [("A", "198.51.100.1")]  # no mail goes to loopback
        taking = {"implicit": "yes", "nothing": "no", "mute": "no", "gone": "no", "gone.mx": "no"}
        self.assertEqual({name: look(f"{name}.faults.test") for name in taking}, taking)

    def test_the_relay_refuses_or_delivers(self):
        port = free_port(f"{self.block}.2")
        hosts = Hosts([f"{self.block}.1"], port)
        relay = Relay(self.block, {"dns": {"forward": [self.dns.place], "deadline": "20s"}, "verdict": {"dns_trouble": "defer"},
                                   "delivery": {"port": port}})
        self.addCleanup(relay.remove)
        relay.start()
        self.addCleanup(relay.stop)
        with smtplib.SMTP(relay.address, relay.port, local_hostname="client.example", timeout=LIMIT_S) as client:
            client.ehlo()
            must(client.mail("ann@sender.faults.test"))
            for name, words in {"nothing": b"5.", "mute": b"5.", "gone": b"5.1.2", "gone.mx": b"5."}.items():
                code, text = client.rcpt(f"bob@{name}.faults.test")
                self.assertEqual((code, text[:len(words)]), (550, words), name)
            must(client.rcpt("bob@implicit.faults.test"))
            must(client.data(b"Subject: Hello\r\n\r\nHello\r\n"))
        wait_until(lambda: hosts.taken == [(f"{self.block}.1", "bob@implicit.faults.test")], lambda: hosts.taken)


class RelayTest(unittest.TestCase):
    def setUp(self):
        self.block = loopback_block()
        self.port = free_port(f"{self.block}.2")
        self.world = World(self.block, self.block)
        self.world.dns.add("sender.faults.test MX 10 mx.sender.faults.test", f"mx.sender.faults.test A {self.block}.251")
        self.hosts = Hosts([*self.world.addresses.values(), f"{self.block}.1", f"{self.block}.251", EVIL], self.port)

    def relay(self, dns_trouble):
        relay = Relay(self.block, {
            "dns": {"forward": [self.world.dns.place], "deadline": "1s"}, "verdict": {"dns_trouble": dns_trouble},
            "delivery": {"port": self.port}, "lifetime": {"retry_first": "2s", "retry_max": "2s"}})
        self.addCleanup(relay.remove)
        relay.start()
        self.addCleanup(relay.stop)
        return relay

    def send_all(self, relay):
        """domain: reply to RCPT"""
        def send(name):
            with smtplib.SMTP(relay.address, relay.port, local_hostname="client.example", timeout=LIMIT_S) as client:
                client.ehlo()
                must(client.mail("ann@sender.faults.test"))
                reply = client.rcpt(f"bob@{name}")
                if reply[0] == 250:
                    must(client.data(b"Subject: Hello\r\n\r\nHello\r\n"))
                return name, reply
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(pool.map(send, self.world.kinds))

    def test_mail_waits_or_goes_to_its_own_host(self):
        relay = self.relay("accept")
        for name, reply in self.send_all(relay).items():
            self.assertEqual(reply[0], 250, (name, reply))

        def last_words():
            return {line["to"].partition("@")[2]: line["result"] for line in relay.lines("delivery")}
        wait_until(lambda: set(last_words()) >= set(self.world.kinds),
                   lambda: set(self.world.kinds) - set(last_words()))
        wait_until(lambda: all(last_words()[name] == "sent" for name in self.world.kinds if self.world.kinds[name] is None),
                   lambda: [name for name, words in last_words().items() if words != "sent"])
        self.assertEqual(relay.lines("delivery", result="bounced"), [])
        for address, recipient in list(self.hosts.taken):
            name = recipient.partition("@")[2]
            self.assertEqual(address, self.world.addresses.get(name), recipient)

    def test_rcpt_is_refused_for_now_at_most(self):
        relay = self.relay("defer")
        for name, reply in self.send_all(relay).items():
            self.assertIn((reply[0], reply[1][:5] if reply[0] != 250 else b""), [(250, b""), (451, b"4.4.3")], (name, reply))


class Audit(unittest.TestCase):
    RECORDS = ["{0} MX 0 .", "{0} TXT v=spf1 -all", "_dmarc.{0} TXT v=DMARC1; p=reject; sp=reject"]

    def test_a_parked_domain_is_in_order_or_not_known(self):
        dns = FaultyDns(f"{loopback_block()}.253")
        names = []
        dns.add("other.faults.test MX 0 .")
        for kind in FAULTS:
            for asked, type_asked in (("{0}", "MX"), ("{0}", "TXT"), ("_dmarc.{0}", "TXT")):
                name = f"{kind}.{asked[:2].strip('{0')}{type_asked.lower()}.faults.test".replace("._d", ".d")
                names.append(name)
                dns.add(*(line.format(name) for line in self.RECORDS))
                dns.fault(asked.format(name), kind, type_asked)
        done = subprocess.run([BIN / "turnaway", "park", "audit", "--json", "--resolver", dns.place, "--timeout", "2s",
                               "--parallel", "200", "--input", "-"], input="\n".join(names) + "\n", capture_output=True, text=True,
                              timeout=LIMIT_S, check=False)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual({each["domain"] for each in found}, set(names))
        for each in found:
            with self.subTest(each["domain"]):
                self.assertEqual(each["findings"], [])
                self.assertIn(each["verdict"], ("clean", "unknown"))
                self.assertEqual(each["verdict"] == "unknown", bool(each["unknown"]))


class Doctor(unittest.TestCase):
    # libunbound gives most others up only after as long as the doctor waits.
    FAULTS = ["wrong-owner", "lame", "referral", "badvers", "none-of-another-zone", "no-data-of-another-zone", "none-with-records",
              "truncated-closed", "part-closed", "servfail", "notimp", "code-15", "extra-answers", "extra-additional", "spoofed-first"]

    def test_the_hostname_has_its_own_address_or_is_not_known(self):
        block = loopback_block()
        dns = FaultyDns(f"{block}.253")
        dns.add("iana.org A 192.0.2.1", "other.faults.test A 192.0.2.2", f"1.{'.'.join(reversed(block.split('.')))}.in-addr.arpa A 1.1.1.1")
        with tempfile.TemporaryDirectory(prefix="doctor-dns-", dir="/var/tmp") as folder:
            def look(kind):
                hostname = f"{kind}.faults.test"
                dns.add(f"{hostname} A {block}.1")
                dns.fault(hostname, kind)
                config = pathlib.Path(folder, f"{kind}.conf")
                config.write_text(
                    f'hostname = "{hostname}"\n[listen]\nsmtp = ["{block}.9:0"]\n[relay]\nnetworks = ["127.0.0.0/8"]\n'
                    f'[dns]\nforward = ["{dns.place}"]\n[spool]\npath = "{folder}/{kind}"\n[control]\nsocket = ""\n'.replace(
                        ":0\"", f":{free_port(f'{block}.9')}\""))
                config.chmod(0o644)
                done = subprocess.run([BIN / "turnaway", "doctor", "--config", config, "--json", "--port25-target", f"{block}.9:1"],
                                      capture_output=True, text=True, timeout=LIMIT_S, check=False)
                found = [json.loads(line) for line in done.stdout.splitlines()]
                return kind, [each for each in found if each["check"] == "hostname"], done
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for kind, found, done in pool.map(look, self.FAULTS):
                    with self.subTest(kind):
                        self.assertTrue(found, done)
                        text = json.dumps(found)
                        self.assertNotIn(EVIL, text)
                        self.assertFalse([each for each in found if each["health"] == "problem"], found)
                        if kind in HARMLESS:
                            self.assertIn(f"{block}.1", text)


if __name__ == "__main__":
    unittest.main()

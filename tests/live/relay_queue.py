#!/usr/bin/env python3
"""`turnaway queue` against a running relay whose messages go to a host where nobody listens.

Every subcommand, for people and as JSON held against docs/schema/queue.json; the socket's rights; every kind of bad peer; what
survives a restart. Needs neither root nor the network.
"""
import base64
import json
import os
import re
import socket
import stat
import subprocess
import threading
import unittest

from relay_process import BIN, ROOT, WAIT_S, RelayProcess, wait_until

RECORDS = [
    "dead.example. 300 IN MX 10 mx.dead.example.",
    "mx.dead.example. 300 IN A BLOCK.23",
    "other.example. 300 IN A BLOCK.24",
    "refuses.example. 300 IN MX 10 mx.refuses.example.",
    "mx.refuses.example. 300 IN A BLOCK.2",
    "sender.example. 300 IN A BLOCK.25",
]
CONTENT = b"Subject: =?utf-8?q?h=C3=A9?=\r\nX-Odd: \xff\x1b[2J\r\n\r\nbody \x80\r\n.dot\r\nlast\r\n"
SCHEMA = json.loads((ROOT / "docs/schema/queue.json").read_text())


def faults(value, schema, path="line"):
    """What of JSON Schema the file uses; yields sentences."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    for form in ("oneOf", "anyOf"):
        if form in schema:
            found = [list(faults(value, choice, path)) for choice in schema[form]]
            if all(found):
                yield from min(found, key=len)
            return
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    if "type" in schema and type(value) is not kinds[schema["type"]]:
        yield f"{path}: {value!r} is no {schema['type']}"
        return
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} does not match {schema['pattern']}"
    if schema.get("type") == "object":
        for key in schema["required"]:
            if key not in value:
                yield f"{path}: lacks {key}"
        for key, each in value.items():
            if key not in schema["properties"]:
                yield f"{path}: {key} is not described"
            else:
                yield from faults(each, schema["properties"][key], f"{path}.{key}")
    for index, each in enumerate(value if schema.get("type") == "array" else []):
        yield from faults(each, schema["items"], f"{path}[{index}]")


class RefusingHost:
    """Greets everybody with 521."""

    def __init__(self, address, port):
        self.listener = socket.create_server((address, port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                client.sendall(b"521 mx.refuses.example Host does not accept mail\r\n")
                client.shutdown(socket.SHUT_WR)
                while client.recv(4096):
                    pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Peer:
    """Speaks over the control socket itself."""

    def __init__(self, relay):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(WAIT_S)
        self.socket.connect(str(relay.control))
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def ask(self, request):
        """The lines of the answer."""
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        return self.answer()

    def answer(self):
        lines = []
        while not lines or lines[-1]["type"] != "end":
            lines.append(json.loads(self.lines.readline()))
        return lines

    def rest(self):
        return self.lines.read()


class QueueTest(unittest.TestCase):
    """A relay with three messages that were tried once: two for dead.example, one of them also for other.example."""

    def setUp(self):
        self.relay = RelayProcess(RECORDS).start()
        self.addCleanup(self.relay.remove)
        self.relay.send("ann@sender.example", ["one@dead.example"], CONTENT)
        self.relay.send("bob@sender.example", ["two@dead.example", "two@other.example"], CONTENT)
        self.relay.send("bob@sender.example", ["three@other.example"], CONTENT)
        wait_until(lambda: self.tries() == [1, 1, 1, 1], "every recipient was tried")

    def messages(self, *arguments, code=0):
        lines = self.relay.queue_json(*(arguments or ("list",)), code=code)
        for line in lines:
            self.assertEqual(list(faults(line, SCHEMA)), [], line)
        return lines

    def tries(self):
        return [recipient["tries"] for message in self.messages() for recipient in message["recipients"]]

    def ids(self, *filters):
        return [message["id"] for message in self.messages("list", *filters)]

    def test_lists_and_filters(self):
        one, two, three = self.ids()
        self.assertEqual(self.ids("--sender", "BOB@"), [two, three])
        self.assertEqual(self.ids("--sender", "<>"), [])
        self.assertEqual(self.ids("--recipient", "one@"), [one])
        self.assertEqual(self.ids("--domain", "Dead.Example"), [one, two])
        self.assertEqual(self.ids("--domain", "dead.example", "--sender", "bob"), [two])
        self.assertEqual(self.ids("--state", "held"), [])
        self.assertEqual(self.ids("--older", "1h"), [])
        self.assertEqual(self.ids("--newer", "1h"), [one, two, three])
        self.assertEqual(self.ids("--limit", "2"), [one, two])
        self.assertEqual(self.relay.queue("list", "--limit", "0"), "")  # not that the queue is empty
        self.assertEqual(self.ids(three, one), [three, one])
        page = self.relay.queue("list").splitlines()
        self.assertEqual(len(page), 5)  # the head, and a row for each recipient
        self.assertTrue(page[0].startswith("ID "))
        column = page[0].index("RECIPIENT")
        self.assertEqual([line[column:].split()[0] for line in page[1:]],
                         ["one@dead.example", "two@dead.example", "two@other.example", "three@other.example"])
        self.assertIn("Connection refused", page[1])
        self.assertNotIn("\x1b", "".join(page))
        self.assertIn("\x1b", self.relay.queue("list", "--color", "always"))
        self.assertEqual(self.relay.queue("list", "--sender", "nobody"), "No message matches.\n")

    def test_pages_go_on_where_they_ended(self):
        with Peer(self.relay) as peer:
            seen, after = [], None
            while True:
                *messages, end = peer.ask({"do": "list", "limit": 1, **({"after": after} if after else {})})
                seen += [message["id"] for message in messages]
                self.assertLessEqual(len(messages), 1)
                after = end["next"]
                if after is None:
                    break
        self.assertEqual(seen, self.ids())

    def test_shows_everything_of_a_message(self):
        _, two, _ = self.ids()
        shown, = self.messages("show", two)
        self.assertEqual([each["address"] for each in shown["recipients"]], ["two@dead.example", "two@other.example"])
        attempt, = shown["recipients"][0]["attempts"]
        self.assertEqual((attempt["host"], attempt["stage"], attempt["status"], attempt["is_remote"]),
                         ("mx.dead.example", "connect", "4.4.1", False))
        self.assertEqual(shown["recipients"][0]["owed"], ["failed", "delayed"])
        self.assertIn("X-Odd: \ufffd\x1b[2J\r\n", shown["header"])
        self.assertNotIn("body", shown["header"])
        page = self.relay.queue("show", two)
        self.assertTrue(page.startswith(f"Message {two}: waiting\n"))
        self.assertIn("mx.dead.example[", page)
        self.assertIn("two@dead.example: 1 try, waiting, next in ", page)
        self.assertIn("\n    Subject: =?utf-8?q?h=C3=A9?=\n", page)
        self.assertNotIn("\\x09", page)
        self.assertNotIn("\x1b", page)
        self.assertEqual(self.messages("show", "0000000000001", code=66),
                         [{"type": "outcome", "id": "0000000000001", "outcome": "missing"}])

    def test_exports_the_octets_as_they_came(self):
        one = self.ids()[0]
        content = self.relay.queue("export", one, text=False)
        self.assertTrue(content.startswith(b"Received: "))
        self.assertTrue(content.endswith(CONTENT), content)
        self.assertEqual(self.relay.queue("export", "0000000000001", code=66, text=False), b"")
        *pieces, end = self.messages("export", one)
        self.assertEqual(b"".join(base64.b64decode(piece["base64"]) for piece in pieces), content)
        self.assertEqual(end, {"type": "exported", "id": one, "damage": None})

    def test_sums_up_by_domain(self):
        dead, other, totals = self.messages("summary")
        self.assertEqual([(each["destination"], each["messages"], each["jobs"]) for each in (dead, other)],
                         [("dead.example", 2, 2), ("other.example", 2, 2)])
        self.assertEqual(dead["failure"]["words"], "Connection refused")
        self.assertEqual((totals["messages"], totals["recipients"], totals["destinations"]), (3, 4, 2))
        self.assertEqual(len(self.messages("summary", "--limit", "1")), 2)
        page = self.relay.queue("summary").splitlines()
        self.assertTrue(page[0].startswith("DOMAIN"))
        self.assertTrue(page[-1].startswith("3 messages for 4 waiting recipients at 2 domains"), page[-1])

    def test_held_ones_are_not_tried_and_stay_held_over_a_restart(self):
        one, two, three = self.ids()
        self.assertEqual(self.relay.queue("hold", one, two), "2 messages held.\n")
        self.assertIn("one@dead.example: 1 try, waiting for its release\n", self.relay.queue("show", one))
        self.assertEqual(self.relay.queue("hold", one), "0 messages held; 1 held already.\n")
        # All of them are asked to go; only the one that is not held does.
        self.relay.queue("flush", "--all")
        wait_until(lambda: self.tries() == [1, 1, 1, 2], "the third was tried again")
        self.assertEqual(self.messages("flush", one), [{"type": "outcome", "id": one, "outcome": "unchanged"}])
        self.relay.kill()
        self.relay.start()  # over the socket that the killed one left
        self.assertEqual(self.ids("--state", "held"), [one, two])
        self.assertEqual(self.ids("--state", "waiting"), [three])
        self.assertEqual(self.relay.queue("release", "--all", "--sender", "bob"), "1 message released; 1 not held.\n")
        self.assertEqual(self.ids("--state", "held"), [one])
        self.relay.queue("flush", two)
        wait_until(lambda: self.tries() == [1, 2, 2, 2], "what was released was tried")
        self.assertEqual(self.relay.queue("release", one), "1 message released.\n")
        self.assertEqual(self.relay.queue("flush", "--domain", "dead.example"), "2 deliveries to be tried now.\n")
        wait_until(lambda: self.tries() == [2, 3, 2, 2], "one domain was tried")

    def test_deleted_ones_are_gone(self):
        one, two, three = self.ids()
        self.relay.queue("delete", code=64)
        self.relay.queue("delete", "--sender", "bob", code=64)
        self.relay.queue("delete", "--all", code=64)
        self.relay.queue("delete", one, "--all", "--yes", code=64)
        self.assertEqual(self.ids(), [one, two, three])
        self.assertEqual(self.relay.queue("delete", one), "1 message deleted.\n")
        self.assertEqual(self.messages("delete", one, code=66), [{"type": "outcome", "id": one, "outcome": "missing"}])
        self.assertEqual(self.relay.stop(), 0)
        self.assertFalse(self.relay.control.exists())
        self.relay.start()
        self.assertEqual(self.ids(), [two, three])
        self.assertEqual(self.relay.queue("delete", "--all", "--domain", "dead.example", "--yes"), "1 message deleted.\n")
        self.assertEqual(self.relay.queue("delete", "--all", "--yes"), "1 message deleted.\n")
        self.assertEqual(self.relay.queue("list"), "The queue is empty.\n")
        *_, totals = self.messages("summary")
        self.assertEqual((totals["messages"], totals["destinations"]), (0, 0))
        changes = [(event["request"], event["about"], event["changed"], event["user"]) for event in self.relay.events("controlled")]
        self.assertIn(("delete", one, 1, os.getuid()), changes)
        self.assertIn(("delete", "all that match", 1, os.getuid()), changes)

    def test_only_its_owner_may_ask(self):
        mode = stat.S_IMODE(self.relay.control.lstat().st_mode)
        self.assertEqual(mode, 0o600)
        second = subprocess.run([BIN / "turnaway-relay", "--config", self.relay.config], capture_output=True, text=True,
                                check=False, timeout=WAIT_S)
        self.assertNotEqual(second.returncode, 0)
        self.assertEqual(len(self.ids()), 3)  # the first one still has its socket

    def test_says_when_nobody_answers(self):
        self.relay.stop()
        result = self.relay.queue_result("list")
        self.assertEqual(result.returncode, 69)
        self.assertEqual(result.stdout, "")
        self.assertIn("no relay answers at", result.stderr)
        self.assertIn("systemctl start turnaway-relay", result.stderr)

    def test_config_names_the_socket(self):
        result = subprocess.run([BIN / "turnaway", "queue", "list", "--config", self.relay.config, "--json"],
                                capture_output=True, text=True, check=True, timeout=WAIT_S)
        self.assertEqual(len(result.stdout.splitlines()), 3)

    def test_bad_peers_harm_nobody(self):
        good = b'{"do":"hosts"}\n'
        with Peer(self.relay) as idle, Peer(self.relay) as half:
            half.socket.sendall(good[:7])
            for bad in (b"hello\n", b"\x00\xff\xfe" * 50_000 + b"\n", b"x" * 1_000_000, b"[" * 60_000 + b"\n", b'{"do":"list","a":1}\n'):
                with Peer(self.relay) as peer:
                    try:
                        peer.socket.sendall(bad)
                        peer.socket.shutdown(socket.SHUT_WR)
                    except (BrokenPipeError, ConnectionResetError):
                        pass
                    lines = peer.rest().splitlines()
                    self.assertEqual(len(lines), 1, bad[:20])
                    self.assertEqual(json.loads(lines[0])["fault"], "request")
            with Peer(self.relay) as peer:  # the last line without its end, and no more to come
                peer.socket.sendall(good[:-1])
                peer.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(json.loads(peer.rest())["ok"])
            with Peer(self.relay) as peer:
                writer = threading.Thread(target=peer.socket.sendall, args=(good * 10_000,))
                writer.start()
                for _ in range(10_000):
                    self.assertTrue(peer.answer()[-1]["ok"])
                writer.join()
            self.assertEqual(len(self.ids()), 3)
            half.socket.sendall(good[7:])
            self.assertTrue(half.answer()[-1]["ok"])
            self.assertTrue(idle.ask({"do": "hosts"})[-1]["ok"])

    def test_a_peer_that_does_not_read_holds_up_only_itself(self):
        with Peer(self.relay) as slow:
            slow.socket.setblocking(False)
            request = json.dumps({"do": "list"}).encode() + b"\n"
            try:
                while True:  # until neither side takes any more
                    slow.socket.send(request * 100)
            except BlockingIOError:
                pass
            self.assertEqual(len(self.ids()), 3)
            self.relay.send("ann@sender.example", ["four@dead.example"], CONTENT)
            self.assertEqual(len(self.ids()), 4)

    def test_too_many_peers_are_told(self):
        peers = []
        try:
            for _ in range(16):
                peers.append(Peer(self.relay))
                self.assertTrue(peers[-1].ask({"do": "hosts"})[-1]["ok"])
            with Peer(self.relay) as peer:
                self.assertEqual(json.loads(peer.rest())["fault"], "busy")
            self.relay.queue("list", code=69)
        finally:
            for peer in peers:
                peer.__exit__()
        wait_until(lambda: self.relay.queue_result("list").returncode == 0, "there is room again")


class HostsTest(unittest.TestCase):
    """A host that says 521, and a report that can go nowhere."""

    def setUp(self):
        self.relay = RelayProcess(RECORDS)
        self.host = RefusingHost(f"{self.relay.block}.2", self.relay.port_of_hosts)
        self.addCleanup(self.host.close)
        self.relay.start()
        self.addCleanup(self.relay.remove)
        # The report about it goes to the same host, and nobody can be told that it failed too.
        self.relay.send("ann@refuses.example", ["bob@refuses.example"], CONTENT)
        wait_until(lambda: self.relay.queue_json("list", "--state", "unreportable"), "the report failed")

    def test_what_cannot_be_reported_is_kept_and_shown(self):
        message, = self.relay.queue_json("list")
        self.assertEqual((message["sender"], message["client"], message["state"]), ("", "report", "unreportable"))
        shown, = self.relay.queue_json("show", message["id"])
        self.assertEqual(list(faults(shown, SCHEMA)), [])
        recipient, = shown["recipients"]
        self.assertEqual((recipient["address"], recipient["state"], recipient["owed"]), ("ann@refuses.example", "unreportable", []))
        self.assertIn("521 mx.refuses.example Host does not accept mail", recipient["last"]["words"])
        self.assertIn("there is no sender to notify", self.relay.queue("show", message["id"]))
        self.assertIn(b"multipart/report", self.relay.queue("export", message["id"], text=False))
        self.relay.queue("hold", message["id"])  # nothing is tried that could be held
        self.assertEqual(self.relay.queue("list").splitlines()[1].split()[1], "unreportable")
        self.relay.stop()
        self.relay.start()
        self.assertEqual([each["id"] for each in self.relay.queue_json("list", "--state", "unreportable")], [message["id"]])
        self.assertIn("1 failure whose sender could not be notified", self.relay.queue("summary"))
        self.relay.queue("delete", "--all", "--state", "unreportable", "--yes")
        self.assertEqual(self.relay.queue_json("list"), [])

    def test_hosts_are_listed_survive_a_restart_and_are_forgotten(self):
        address = f"{self.relay.block}.2"
        host, = self.relay.queue_json("hosts")
        self.assertEqual(list(faults(host, SCHEMA)), [])
        self.assertEqual((host["address"], host["host"]), (address, "mx.refuses.example"))
        self.assertIn("521 mx.refuses.example Host does not accept mail", self.relay.queue("hosts"))
        self.relay.kill()
        self.relay.start()
        self.assertEqual(self.relay.queue_json("hosts"), [host])
        self.relay.queue("forget", "192.0.2.77", code=66)
        self.relay.queue("forget", f"{address}:{host['port'] + 1}", code=66)
        self.relay.queue("forget", code=64)
        self.assertIn(f"{address}:{host['port']}", self.relay.queue("hosts"))
        self.assertEqual(self.relay.queue("forget", "MX.refuses.example"), "1 host forgotten.\n")
        self.assertEqual(self.relay.queue("hosts"), "No host is known to refuse all mail.\n")
        self.relay.kill()
        self.relay.start()
        self.assertEqual(self.relay.queue_json("hosts"), [])
        self.relay.send("ann@refuses.example", ["bob@refuses.example"], CONTENT)
        wait_until(lambda: len(self.relay.queue_json("list", "--state", "unreportable")) == 2, "it refused the report too")
        self.assertEqual(self.relay.queue("forget", address), "1 host forgotten.\n")
        self.relay.send("ann@refuses.example", ["bob@refuses.example"], CONTENT)
        wait_until(lambda: len(self.relay.queue_json("list", "--state", "unreportable")) == 3, "the host said it once more")
        self.assertEqual(self.relay.queue("forget", f"{address}:{host['port']}"), "1 host forgotten.\n")
        self.assertEqual(self.relay.queue_json("forget", "--all"), [{"type": "forgotten", "count": 0}])


if __name__ == "__main__":
    unittest.main()

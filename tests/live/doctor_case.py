"""What the tests of `turnaway doctor` stand on: a configuration to spoil, name servers and hosts that say what they are told."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

BIN = pathlib.Path(os.environ["TURNAWAY_BIN"])
LIMIT_S = 120
A, PTR, AAAA = 1, 12, 28
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
SOA = b"\0" + struct.pack("!HHIH", 6, 1, 60, 22) + b"\0\0" + struct.pack("!IIIII", 1, 60, 60, 60, 60)
HOSTNAME = "mail.doctor.example"
IS_ROOT = os.geteuid() == 0


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")) + b"\0"


class NameServer:
    """Answers from a dictionary (name, type) -> records; `rcode` for what it lacks; silent when rcode is None."""

    def __init__(self, records, rcode=NXDOMAIN):
        self.records, self.rcode = records, rcode
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.socket.sendto(b"", ("127.0.0.1", self.port))  # wakes it
        self.thread.join()
        self.socket.close()

    def serve(self):
        while True:
            packet, client = self.socket.recvfrom(4096)
            if not packet:
                return
            if self.rcode is None:
                continue
            at, labels = 12, []
            while packet[at]:
                labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
                at += 1 + packet[at]
            end = at + 5
            kind = struct.unpack("!H", packet[at + 1:at + 3])[0]
            found = self.records.get((".".join(labels), kind), [])
            name_exists = any(name == ".".join(labels) for name, _ in self.records)
            rcode = NOERROR if name_exists else self.rcode
            authority = SOA if not found and rcode in (NOERROR, NXDOMAIN) else b""
            answer = packet[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, len(found), 1 if authority else 0, 0) + packet[12:end]
            for record in found:
                rdata = wire_name(record) if kind == PTR else socket.inet_pton(
                    socket.AF_INET if kind == A else socket.AF_INET6, record)
                answer += b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(rdata)) + rdata
            self.socket.sendto(answer + authority, client)


class Says:
    """A listener that says a line to whoever comes (None: nothing) and closes after the first line back."""

    def __init__(self, line, family=socket.AF_INET, address=("127.0.0.1", 0), reply=None):
        self.line, self.reply = line, reply
        self.socket = socket.socket(family)
        self.socket.bind(address)
        self.socket.listen()
        self.port = self.socket.getsockname()[1] if family == socket.AF_INET else None
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                client.settimeout(20)
                if self.line is not None:
                    client.sendall(self.line)
                client.recv(1000)
                if self.reply is not None:
                    client.sendall(self.reply)


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class DoctorTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="doctor-test-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.config = self.folder / "relay.conf"
        self.dns = ["iana.org. 300 IN A 192.0.2.1", f"{HOSTNAME}. 300 IN A 127.0.0.1",
                    f"1.0.0.127.in-addr.arpa. 300 IN PTR {HOSTNAME}."]

    def write(self, relay='networks = ["127.0.0.0/8"]', dns=None, more="", top="", listen="127.0.0.1:0",
              spool=None, spool_more="", hostname=HOSTNAME, control=""):
        local = f"local_data = {json.dumps(self.dns)}" if dns is None else dns
        listen = listen.replace(":0", f":{closed_port()}")
        self.config.write_text(
            f'hostname = "{hostname}"\n{top}\n[listen]\nsmtp = ["{listen}"]\n[relay]\n{relay}\n[dns]\n{local}\n'
            f'[spool]\npath = "{spool or self.folder / "spool"}"\n{spool_more}\n[control]\nsocket = "{control}"\n'
            f'[report]\nfrom = "ops@example.org"\n{more}\n')
        self.config.chmod(0o644)

    def doctor(self, *options, program=None, **keywords):
        """Exit status and the findings of each check."""
        command = [program or BIN / "turnaway", "doctor", "--config", self.config, "--json", *options]
        if isinstance(program, list):
            command = [*program, BIN / "turnaway", "doctor", "--config", self.config, "--json", *options]
        result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, **keywords)
        self.assertEqual(result.stderr, "")
        found = {}
        for line in result.stdout.splitlines():
            finding = json.loads(line)
            self.assertEqual(list(finding), ["type", "check", "health", "words", "fix"])
            self.assertEqual(finding["fix"] is None, finding["health"] == "ok", finding)
            self.assertRegex(finding["words"], r"\S")
            found.setdefault(finding["check"], []).append((finding["health"], finding["words"]))
        healths = {health for each in found.values() for health, _ in each}
        self.assertEqual(result.returncode, 2 if "problem" in healths else 1 if "warning" in healths else 0)
        return found

    def check(self, found, check, health, words):
        self.assertTrue(any(each == health and words in text for each, text in found[check]),
                        f"{health} with {words!r} is not in {found[check]}")

    def check_only(self, found, check, health):
        self.assertEqual({each for each, _ in found[check]}, {health}, found[check])

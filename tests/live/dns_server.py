"""A tiny name server for live tests: answers from zone lines over UDP, and can be changed, fail and fall silent meanwhile.

Promises: `name TYPE data` lines (A, AAAA, MX, TXT, CNAME) are all the names there are, any other is NXDOMAIN; CNAME is followed;
all answers live for one second. `trouble[name]` is "servfail", "refused" or "silent" for a name, and `is_dead` silences it all. `asked`
keeps the questions. Poses as a recursive server without DNSSEC. No compression, no TCP, no EDNS.
"""
import ipaddress
import socket
import struct
import threading

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28}
TTL_S = 1
NXDOMAIN = 3
TROUBLES = {"servfail": 2, "refused": 5}


def wire_name(name):
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def wire_data(kind, data):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(data).packed
    if kind == "MX":
        preference, exchange = data.split()
        return struct.pack(">H", int(preference)) + wire_name(exchange)
    if kind == "TXT":  # whatever the data says, in strings as long as they may be
        text = data.encode()
        pieces = [text[at:at + 255] for at in range(0, len(text), 255)] or [b""]
        return b"".join(bytes([len(piece)]) + piece for piece in pieces)
    return wire_name(data)


def record(name, kind, data):
    rdata = data if isinstance(data, bytes) else wire_data(kind, data)
    return wire_name(name) + struct.pack(">HHIH", TYPES[kind], 1, TTL_S, len(rdata)) + rdata


class DnsServer:
    def __init__(self, address, port=0):
        self.records, self.trouble, self.asked, self.is_dead = {}, {}, [], False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.address, self.port = self.socket.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def add(self, *lines):
        for line in lines:
            name, kind, data = line.split(None, 2)
            self.records.setdefault(name.rstrip(".").lower(), []).append((kind, data))

    def replace(self, name, *lines):
        """What the name has from now on, in one step."""
        self.records[name] = [tuple(line.split(None, 2)[1:]) for line in lines]

    def _serve(self):
        while True:
            question, client = self.socket.recvfrom(4096)
            answer = self._answer(question)
            if answer:
                self.socket.sendto(answer, client)

    def _answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode("latin-1"))
            at += 1 + question[at]
        kind = struct.unpack(">H", question[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        self.asked.append((name, kind))
        trouble = self.trouble.get(name)
        if self.is_dead or trouble == "silent":
            return None
        code, answers = (TROUBLES[trouble], []) if trouble else self._look_up(name, kind)
        soa = record(".", "SOA", wire_name("ns.") + wire_name("who.") + struct.pack(">IIIII", 1, 9, 9, 9, TTL_S))
        authority = [] if answers or trouble else [soa]
        head = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(answers), len(authority), 0)
        return head + question[12:at + 5] + b"".join(answers + authority)

    def _look_up(self, name, kind):
        answers = []
        for _ in range(8):  # CNAME
            if name not in self.records:
                return NXDOMAIN, answers
            found = self.records[name]
            answers += [record(name, word, data) for word, data in found if TYPES[word] == kind]
            alias = [data for word, data in found if word == "CNAME"]
            if not alias or kind == TYPES["CNAME"]:
                break
            answers.append(record(name, "CNAME", alias[0]))
            name = alias[0].rstrip(".").lower()
        return 0, answers

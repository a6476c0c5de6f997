"""A name server that does harm on purpose: what it says well about most names, it says wrongly, late or never about some.

Promises: `zone` is what the names have; `fault(name, kind, type)` sets one fault of FAULTS for the questions about that name (of
one type, or of all). UDP and TCP on one port; without `tcp` nothing listens there, so a connection is refused. EVIL is the
address, and EVIL_NAME the exchange, of every record that no zone has: whoever believes one shows it. `asked` keeps the questions;
only every `answers_every`th question by UDP is answered. Without `has_authority` no answer has an authority section, as from some
forwarders. Poses as a recursive server without DNSSEC; a CNAME is followed.
"""
import contextlib
import heapq
import os
import select
import socket
import struct
import threading
import time

from dns_server import TTL_S, TYPES, record, wire_name

EVIL, EVIL_NAME, EVIL_TEXT = "127.0.0.66", "evil.faults.test", "v=spf1 ip4:192.0.2.66 -all"
QR_RD_RA, AA, TC = 0x8180, 0x0400, 0x0200
NXDOMAIN = 3
CODES = {"formerr": 1, "servfail": 2, "notimp": 4, "refused": 5, "yxdomain": 6, "notauth": 9, "code-15": 15}
TCP_FAULTS = ["closed", "hanging", "garbage", "cut-off", "truncated-too"]
LATE_S = 2.5


class Question:
    def __init__(self, packet):
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
            at += 1 + packet[at]
        self.id, self.wire = packet[:2], packet[12:at + 5]
        self.type, self.name = struct.unpack(">H", packet[at + 1:at + 3])[0], ".".join(labels).lower()

    def word(self):
        return next((word for word, number in TYPES.items() if number == self.type), "")


def evil_records(owner, question):
    """What nobody has, of the type asked for."""
    kind = question.word()
    data = {"A": EVIL, "AAAA": "::ffff:" + EVIL, "MX": f"1 {EVIL_NAME}", "TXT": EVIL_TEXT}.get(kind)
    return [record(owner, kind, data)] if data else []


def soa(owner):
    return record(owner, "SOA", wire_name("ns.") + wire_name("who.") + struct.pack(">IIIII", 1, 9, 9, 9, TTL_S))


def message(question, answers=(), authority=(), additional=(), flags=QR_RD_RA, wire=None, count=1, number=None):
    sections = [*answers, *authority, *additional]
    head = struct.pack(">HHHHH", flags, count, len(answers), len(authority), len(additional))
    return (number or question.id) + head + (question.wire if wire is None else wire) + b"".join(sections)


def other_id(question):
    return struct.pack(">H", struct.unpack(">H", question.id)[0] ^ 0x5555)


def asked_instead(question, name=None, kind=None):
    end = question.wire[-4:] if kind is None else struct.pack(">HH", kind, 1)
    return (question.wire[:-4] if name is None else wire_name(name)) + end


def referral(owner):
    return record(owner, "NS", "ns." + EVIL_NAME)


# Each is given the question, the true answer's records, its rcode, and another name that exists; it gives the messages to send.
FAULTS = {
    "silent": lambda question, records, code, other: [],
    "wrong-id": lambda question, records, code, other: [
        message(question, evil_records(question.name, question), number=other_id(question))],
    "wrong-question": lambda question, records, code, other: [
        message(question, evil_records(other, question), wire=asked_instead(question, other))],
    "wrong-question-none": lambda question, records, code, other: [
        message(question, wire=asked_instead(question, other), flags=QR_RD_RA | NXDOMAIN)],
    "wrong-type": lambda question, records, code, other: [
        message(question, evil_records(question.name, question), wire=asked_instead(question, kind=13))],
    "no-question": lambda question, records, code, other: [
        message(question, evil_records(question.name, question), wire=b"", count=0)],
    "no-question-none": lambda question, records, code, other: [
        message(question, wire=b"", count=0, flags=QR_RD_RA | NXDOMAIN)],
    "two-questions": lambda question, records, code, other: [
        message(question, evil_records(other, question), wire=question.wire * 2, count=2)],
    "not-a-response": lambda question, records, code, other: [
        message(question, evil_records(question.name, question), flags=0x0100)],
    "notify": lambda question, records, code, other: [
        message(question, evil_records(question.name, question), flags=QR_RD_RA | 0x2000)],
    "wrong-owner": lambda question, records, code, other: [message(question, evil_records(other, question))],
    "referral": lambda question, records, code, other: [
        message(question, authority=[referral(question.name.split(".", 1)[-1])])],
    "lame": lambda question, records, code, other: [message(question, authority=[referral(".")])],
    "empty": lambda question, records, code, other: [message(question)],
    "none": lambda question, records, code, other: [message(question, flags=QR_RD_RA | NXDOMAIN)],
    "nothing": lambda question, records, code, other: [message(question)[:12]],
    "garbage": lambda question, records, code, other: [question.id + os.urandom(60)],
    "cut-off": lambda question, records, code, other: [message(question, records, flags=QR_RD_RA | code)[:-3]],
    "counts-too-many": lambda question, records, code, other: [
        question.id + struct.pack(">HHHHH", QR_RD_RA, 1, 9, 0, 0) + question.wire + b"".join(records)],
    "badvers": lambda question, records, code, other: [
        message(question, additional=[b"\0" + struct.pack(">HHIH", 41, 4096, 1 << 24, 0)])],
    "none-of-another-zone": lambda question, records, code, other: [
        message(question, authority=[soa("zone." + EVIL_NAME)], flags=QR_RD_RA | NXDOMAIN)],
    "no-data-of-another-zone": lambda question, records, code, other: [
        message(question, authority=[soa("zone." + EVIL_NAME)])],
    "none-with-records": lambda question, records, code, other: [
        message(question, evil_records(question.name, question), flags=QR_RD_RA | NXDOMAIN)],
    # The true answer, and more about others than was asked.
    "extra-answers": lambda question, records, code, other: [
        message(question, [*records, *evil_records(other, question)], flags=QR_RD_RA | code)],
    "extra-authority": lambda question, records, code, other: [
        message(question, records, [*evil_records(other, question), referral(other)], flags=QR_RD_RA | AA | code)],
    "extra-additional": lambda question, records, code, other: [
        message(question, records, additional=[*evil_records(other, question), record(other, "A", EVIL)],
                flags=QR_RD_RA | AA | code)],
    # Wrong first, then right. libunbound takes the second one, with the right id, for the answer, and fails.
    "spoofed-first": lambda question, records, code, other: [
        message(question, evil_records(question.name, question), number=other_id(question)),
        message(question, evil_records(other, question), wire=asked_instead(question, other)),
        message(question, records, flags=QR_RD_RA | code)],
    **{name: (lambda question, records, code, other, number=number: [message(question, flags=QR_RD_RA | number)])
       for name, number in CODES.items()},
    **{f"truncated-{name}": (lambda question, records, code, other: [message(question, flags=QR_RD_RA | TC | code)])
       for name in TCP_FAULTS},
    **{f"part-{name}": (lambda question, records, code, other: [message(question, records[:1], flags=QR_RD_RA | TC | code)])
       for name in TCP_FAULTS},
    "truncated": lambda question, records, code, other: [message(question, flags=QR_RD_RA | TC)],  # TCP serves it
    "late": lambda question, records, code, other: [message(question, records, flags=QR_RD_RA | code)],
}
# The truth comes through in spite of these.
HARMLESS = {"extra-answers", "extra-authority", "extra-additional", "truncated"}


class FaultyDns:
    def __init__(self, address, tcp=True):
        self.zone, self.faults, self.asked, self.late = {}, {}, [], []
        self.other, self.answers_every, self.has_authority = "other.faults.test", 1, True
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.tcp = socket.socket() if tcp else None
        self._bind(address)
        self.address, self.port = self.udp.getsockname()
        self.place = f"{self.address}@{self.port}"
        threading.Thread(target=self._serve_udp, daemon=True).start()
        if tcp:
            threading.Thread(target=self._serve_tcp, daemon=True).start()

    def _bind(self, address):
        """A port that is free for both."""
        while True:
            self.udp.bind((address, 0))
            if self.tcp is None:
                return
            with contextlib.suppress(OSError):
                self.tcp.bind(self.udp.getsockname())
                self.tcp.listen(200)
                return
            self.udp.close()
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def add(self, *lines):
        for line in lines:
            name, kind, data = line.split(None, 2)
            self.zone.setdefault(name.rstrip(".").lower(), []).append((kind, data))

    def fault(self, name, kind, type_asked=None):
        assert kind in FAULTS, kind
        self.faults[name, type_asked and TYPES[type_asked]] = kind

    def _fault_of(self, question):
        return self.faults.get((question.name, question.type)) or self.faults.get((question.name, None))

    def _true(self, question):
        """(records, rcode, authority)"""
        answers, name = [], question.name
        for _ in range(8):
            if name not in self.zone:
                return answers, NXDOMAIN, [soa(".")]
            found = self.zone[name]
            answers += [record(name, word, data) for word, data in found if TYPES[word] == question.type]
            alias = [data for word, data in found if word == "CNAME"]
            if not alias or answers and alias == []:
                break
            answers.append(record(name, "CNAME", alias[0]))
            name = alias[0].rstrip(".").lower()
        return answers, 0, [] if answers else [soa(".")]

    def _well(self, question):
        records, code, authority = self._true(question)
        return message(question, records, authority if self.has_authority else [], flags=QR_RD_RA | code)

    def _messages(self, question):
        kind = self._fault_of(question)
        if kind is None:
            return [self._well(question)]
        records, code, _ = self._true(question)
        return FAULTS[kind](question, records, code, self.other)

    def _serve_udp(self):
        while True:
            wait = max(0, self.late[0][0] - time.monotonic()) if self.late else None
            ready = select.select([self.udp], [], [], wait)[0]
            while self.late and self.late[0][0] <= time.monotonic():
                _, _, answer, client = heapq.heappop(self.late)
                self.udp.sendto(answer, client)
            if not ready:
                continue
            packet, client = self.udp.recvfrom(4096)
            question = Question(packet)
            self.asked.append((question.name, question.type))
            if len(self.asked) % self.answers_every:
                continue
            for answer in self._messages(question):
                if self._fault_of(question) == "late":
                    heapq.heappush(self.late, (time.monotonic() + LATE_S, len(self.asked), answer, client))
                else:
                    self.udp.sendto(answer, client)

    def _serve_tcp(self):
        while True:
            client, _ = self.tcp.accept()
            threading.Thread(target=self._serve_client, args=(client,), daemon=True).start()

    def _serve_client(self, client):
        client.settimeout(30)
        with client, contextlib.suppress(OSError):
            while size := client.recv(2, socket.MSG_WAITALL):
                question = Question(client.recv(struct.unpack(">H", size)[0], socket.MSG_WAITALL))
                if not self._say_by_tcp(client, question):
                    return

    def _say_by_tcp(self, client, question):
        """False when the connection ends."""
        way = (self._fault_of(question) or "").partition("-")[2]
        answer = self._well(question)
        if way == "closed":
            return False
        if way == "hanging":
            client.recv(1)
            return False
        if way == "garbage":
            answer = question.id + os.urandom(40)
        if way == "truncated-too":
            answer = message(question, flags=QR_RD_RA | TC)
        framed = struct.pack(">H", len(answer)) + answer
        client.sendall(framed[:-5] if way == "cut-off" else framed)
        return way != "cut-off"

"""Signs a small DNS zone (RFC 4034, ECDSA P-256 of RFC 6605) with the openssl program, for tests that want validated answers.

Promises: `sign(name, records)` gives the lines of the zone, signed with one fresh key, NSEC for every name, and the trust anchor
for it. Records are (owner, type, data) with absolute names; types are A, MX, NS, SOA. Every TTL is 300.
"""
import base64
import ipaddress
import pathlib
import struct
import subprocess
import tempfile
import time

TYPES = {"A": 1, "NS": 2, "SOA": 6, "MX": 15, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48}
TTL, ALGORITHM, DAY_S = 300, 13, 86400


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def wire_data(kind, data):
    if kind == "A":
        return ipaddress.ip_address(data).packed
    words = data.split()
    if kind == "MX":
        return struct.pack(">H", int(words[0])) + wire_name(words[1])
    if kind == "NS":
        return wire_name(data)
    if kind == "SOA":
        return wire_name(words[0]) + wire_name(words[1]) + struct.pack(">5I", *map(int, words[2:]))
    if kind == "NSEC":
        bits = bytearray(7)
        for word in words[1:]:
            bits[TYPES[word] // 8] |= 0x80 >> TYPES[word] % 8
        return wire_name(words[0]) + bytes([0, len(bits)]) + bytes(bits)
    flags, protocol, algorithm, key = words  # DNSKEY
    return struct.pack(">HBB", int(flags), int(protocol), int(algorithm)) + base64.b64decode(key)


def openssl(*arguments, text=b""):
    return subprocess.run(["openssl", *arguments], input=text, capture_output=True, check=True).stdout


def canonical(name):
    return [label.encode() for label in reversed(name.rstrip(".").split("."))]


class _Key:
    def __init__(self, folder):
        self.path = pathlib.Path(folder, "key.pem")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(self.path))
        point = openssl("ec", "-in", str(self.path), "-pubout", "-outform", "DER")[-64:]
        self.data = f"257 3 {ALGORITHM} {base64.b64encode(point).decode()}"
        rdata = wire_data("DNSKEY", self.data)
        total = sum(octet << 8 if at % 2 == 0 else octet for at, octet in enumerate(rdata))
        self.tag = (total + (total >> 16)) & 0xFFFF

    def signature(self, text):
        der = openssl("dgst", "-sha256", "-sign", str(self.path), text=text)
        first = der[4:4 + der[3]]  # SEQUENCE { INTEGER, INTEGER }
        second = der[6 + der[3]:]
        return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (first, second))

    def rrsig(self, zone, owner, kind, datas):
        now = int(time.time())
        labels = len([label for label in owner.split(".") if label])
        head = struct.pack(">HBBIIIH", TYPES[kind], ALGORITHM, labels, TTL, now + DAY_S, now - DAY_S, self.tag)
        text = head + wire_name(zone)
        for rdata in sorted(wire_data(kind, data) for data in datas):
            text += wire_name(owner) + struct.pack(">HHIH", TYPES[kind], 1, TTL, len(rdata)) + rdata
        times = [time.strftime("%Y%m%d%H%M%S", time.gmtime(moment)) for moment in (now + DAY_S, now - DAY_S)]
        signature = base64.b64encode(self.signature(text)).decode()
        return f"{kind} {ALGORITHM} {labels} {TTL} {times[0]} {times[1]} {self.tag} {zone} {signature}"


def sign(zone, records):
    """(lines of the zone, the trust anchor as a line)."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        key = _Key(folder)
        sets = {}
        for owner, kind, data in [(zone, "SOA", f"ns.{zone} who.{zone} 1 3600 600 86400 60"), (zone, "NS", f"ns.{zone}"),
                                  (zone, "DNSKEY", key.data), *records]:
            sets.setdefault((owner, kind), []).append(data)
        owners = sorted({owner for owner, _ in sets}, key=canonical)
        for owner, following in zip(owners, owners[1:] + owners[:1]):
            kinds = [kind for name, kind in sets if name == owner]
            sets[owner, "NSEC"] = [f"{following} {' '.join([*kinds, 'RRSIG', 'NSEC'])}"]
        lines = [f"{owner} {TTL} IN {kind} {data}" for (owner, kind), datas in sets.items() for data in datas]
        lines += [f"{owner} {TTL} IN RRSIG {key.rrsig(zone, owner, kind, datas)}" for (owner, kind), datas in sets.items()]
        return lines, f"{zone} IN DNSKEY {key.data}"

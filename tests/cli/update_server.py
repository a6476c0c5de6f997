"""Takes DNS UPDATE messages (RFC 2136) as a primary server would, and keeps what they would do to each zone.

Promises: it agrees to everything, over TCP on one address; `records[zone]` is a list of (owner, type, ttl, presentation), TXT in
the zone-file form; `update delete NAME TYPE` removes what is there of that name and type. Only MX and TXT.
Gap: no prerequisites, no TSIG, no deletion of whole names.
"""
import socket
import struct
import threading

TYPES = {15: "MX", 16: "TXT"}
CLASS_IN, CLASS_ANY = 1, 255
OPCODE_UPDATE = 5


def read_name(message, at):
    """The name that starts there, without the final dot (the root is "."), and where it ends."""
    labels, end = [], None
    while size := message[at]:
        if size >= 0xC0:
            end = end or at + 2
            at = struct.unpack_from(">H", message, at)[0] & 0x3FFF
            continue
        labels.append(message[at + 1:at + 1 + size].decode("ascii"))
        at += 1 + size
    return ".".join(labels) or ".", end or at + 1


def presentation(message, kind, at, size):
    if kind == "MX":
        exchange, _ = read_name(message, at + 2)
        return f"{struct.unpack_from('>H', message, at)[0]} {exchange}" + ("" if exchange == "." else ".")
    strings, end = [], at + size
    while at < end:
        length = message[at]
        strings.append('"' + message[at + 1:at + 1 + length].decode("ascii") + '"')
        at += 1 + length
    return " ".join(strings)


class UpdateServer:
    def __init__(self, address):
        self.records = {}
        self.socket = socket.create_server((address, 0))
        self.address, self.port = self.socket.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            peer, _ = self.socket.accept()
            with peer, peer.makefile("rb") as stream:
                while len(head := stream.read(2)) == 2:
                    message = stream.read(struct.unpack(">H", head)[0])
                    answer = self._answer(message)
                    peer.sendall(struct.pack(">H", len(answer)) + answer)

    def _answer(self, message):
        identity, flags, zones, _, updates, _ = struct.unpack_from(">6H", message)
        assert flags >> 11 & 15 == OPCODE_UPDATE and zones == 1
        zone, at = read_name(message, 12)
        at += 4
        for _ in range(updates):
            owner, at = read_name(message, at)
            kind, group, ttl, size = struct.unpack_from(">HHIH", message, at)
            self._change(zone, owner, TYPES[kind], group, ttl, presentation(message, TYPES[kind], at + 10, size)
                         if size else None)
            at += 10 + size
        return struct.pack(">6H", identity, 0x8000 | flags, 0, 0, 0, 0)

    def _change(self, zone, owner, kind, group, ttl, data):
        records = self.records.setdefault(zone, [])
        if group == CLASS_ANY and data is None:
            records[:] = [record for record in records if record[:2] != (owner, kind)]
        else:
            assert group == CLASS_IN, group
            records.append((owner, kind, ttl, data))

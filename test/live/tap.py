"""A tap: listens in on the SMTP connections of a private machine, without standing between the two
ends.

Promises: what it shows is what was on the wire, line by line, with the time since the connection
began in milliseconds; the ends see no proxy. TLS is noted, not read. Works on the near end of the
wire, IPv4.
Gap: segments are taken in the order the wire delivers them; a repeated one is recognised by its
number.
"""
import socket
import struct
import threading
from dataclasses import dataclass, field

from namespace import Network

SO_TIMESTAMPNS = 35  # the kernel's own time of each packet; Python has no name for it
ALL, IPV4 = 0x0003, 0x0800  # ETH_P_ALL: shows what leaves as well as what arrives
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
LINE_BYTES_MAX = 2000


@dataclass
class Dialogue:
    """One connection. `lines` are (milliseconds, "C" client or "S" server or "-" event, text)."""
    client: str
    server: str
    started: float  # as time.time() counts
    lines: list = field(default_factory=list)
    pending: dict = field(default_factory=lambda: {"C": b"", "S": b""})
    next_number: dict = field(default_factory=dict)

    def add(self, moment, who, text):
        self.lines.append(((moment - self.started) * 1000, who, text))

    def take(self, moment, who, data):
        self.pending[who] += data
        while b"\n" in self.pending[who]:
            line, _, self.pending[who] = self.pending[who].partition(b"\n")
            self.add(moment, who, line.rstrip(b"\r").decode(errors="backslashreplace"))
        if len(self.pending[who]) > LINE_BYTES_MAX:
            self.add(moment, who, f"({len(self.pending[who])} bytes without a line end)")
            self.pending[who] = b""


class Tap:
    """Listens from `start` on, in a thread of its own."""

    def __init__(self, port=25):
        self.port = port
        self.dialogues = []
        self.open = {}
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((Network.WIRE, ALL))

    def start(self):
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def to(self, server):
        """The dialogues with this server address so far, oldest first."""
        return [dialogue for dialogue in list(self.dialogues) if dialogue.server == server]

    def listen(self):
        while True:
            packet, notes, _, (_, protocol, *_) = self.socket.recvmsg(1 << 17, 256)
            if protocol == IPV4 and packet[9] == socket.IPPROTO_TCP:
                self.packet(arrival(notes), packet)

    def packet(self, moment, packet):
        header = (packet[0] & 0x0F) * 4
        source, target, number = struct.unpack_from("!HHI", packet, header)
        offset, flags = packet[header + 12] // 16 * 4, packet[header + 13]
        data = packet[header + offset:struct.unpack_from("!H", packet, 2)[0] or None]
        ends = (socket.inet_ntoa(packet[12:16]), source), (socket.inet_ntoa(packet[16:20]), target)
        if target == self.port:
            who, client, server = "C", ends[0], ends[1]
        elif source == self.port:
            who, client, server = "S", ends[1], ends[0]
        else:
            return
        if flags & SYN and not flags & ACK:
            self.open[client, server] = Dialogue(client[0], server[0], moment)
            self.dialogues.append(self.open[client, server])
            self.open[client, server].add(moment, "-", "connected")
        if (client, server) in self.open:
            self.segment(moment, self.open[client, server], who, number, flags, data)

    def segment(self, moment, dialogue, who, number, flags, data):
        expected = dialogue.next_number.get(who, number)
        fresh = (number - expected) % (1 << 32) < 1 << 31
        if data and fresh:
            dialogue.take(moment, who, data)
        if fresh:
            dialogue.next_number[who] = (number + len(data) + bool(flags & (SYN | FIN))) % (1 << 32)
        end = "client" if who == "C" else "server"
        if flags & RST:
            dialogue.add(moment, "-", f"{end} resets the connection")
        elif flags & FIN and fresh:
            dialogue.add(moment, "-", f"{end} closes")


def arrival(notes):
    """When the kernel saw the packet, in seconds as time.time() counts them."""
    for level, kind, data in notes:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", data)
            return seconds + nanoseconds / 1e9
    raise OSError("a packet without a time")

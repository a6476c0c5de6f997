"""A link between a relay and its database that can fail: a proxy on loopback, between libpq and the server's Unix socket.

It can be cut, silent, slow, or reset at the n-th message of PostgreSQL's protocol (chapter 55 of its manual), counted in both
directions from when it is asked for; the message is lost. Reads no content of messages, only their lengths. No TLS.
"""
import contextlib
import queue
import socket
import struct
import threading
import time

AT_ONCE = struct.pack("ii", 1, 0)  # a close that resets
CHUNK = 65536


class Link:
    def __init__(self, target):
        """`target`: the path of the server's socket; may be changed."""
        self.target, self.delay_s, self.is_cut, self.is_silent = target, 0, False, False
        self.countdown, self.lock, self.pairs = None, threading.Lock(), set()
        self.was_reset = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Resets what is connected; refuses what comes."""
        self.is_cut = True
        self.reset()

    def mend(self):
        self.is_cut = self.is_silent = False
        self.delay_s = 0

    def reset(self):
        for pair in list(self.pairs):
            self._reset(pair)

    def reset_at(self, message):
        """1: the next message."""
        self.was_reset.clear()
        with self.lock:
            self.countdown = message

    def close(self):
        self.cut()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            pair = (client, server)
            try:
                if self.is_cut:
                    raise ConnectionRefusedError
                server.connect(str(self.target))
            except OSError:
                self._reset(pair)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs.add(pair)
            for source, sink, is_named in ((client, server, False), (server, client, True)):
                line = queue.Queue()
                threading.Thread(target=self._read, args=(pair, source, line, is_named), daemon=True).start()
                threading.Thread(target=self._write, args=(pair, sink, line), daemon=True).start()

    def _read(self, pair, source, line, is_named):
        """Passes on whole messages. The first of a client has no type before its length."""
        rest = b""
        while True:
            try:
                chunk = source.recv(CHUNK)
            except OSError:
                chunk = b""
            if not chunk:
                return line.put((time.monotonic() + self.delay_s, None))
            rest += chunk
            begin = 0
            while (end := self._end_of(rest, begin, is_named)) is not None:
                if self._counts_down():
                    return self._reset(pair)
                begin, is_named = end, True
            line.put((time.monotonic() + self.delay_s, rest[:begin]))
            rest = rest[begin:]

    @staticmethod
    def _end_of(octets, begin, is_named):
        head = begin + int(is_named)
        if len(octets) < head + 4:
            return None
        end = head + struct.unpack_from("!I", octets, head)[0]
        return end if end <= len(octets) else None

    def _counts_down(self):
        with self.lock:
            if self.countdown is None:
                return False
            self.countdown -= 1
            if self.countdown > 0:
                return False
            self.countdown = None
            self.was_reset.set()
            return True

    def _write(self, pair, sink, line):
        while True:
            due, octets = line.get()
            time.sleep(max(0, due - time.monotonic()))
            while self.is_silent:
                time.sleep(0.01)
            try:
                if octets is None:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(octets)
            except OSError:
                return self._reset(pair)

    def _reset(self, pair):
        self.pairs.discard(pair)
        for one in pair:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

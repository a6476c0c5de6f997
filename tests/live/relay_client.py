"""A client of the relay in the raw: bytes over a socket, from a loopback address of one's choice.

Promises: every wait ends, after WAIT_S at the latest.
"""
import socket

from relay_daemon import WAIT_S


def connect(relay, source=None):
    client = socket.socket()
    client.settimeout(WAIT_S)
    if source:
        client.bind((source, 0))
    client.connect((relay.address, relay.port))
    return client


def read_line(client):
    """One line with its end, or what came before the relay closed; a reset counts as closing."""
    line = b""
    while not line.endswith(b"\n"):
        try:
            octet = client.recv(1)
        except ConnectionResetError:
            return line
        if not octet:
            return line
        line += octet
    return line

"""A DNS zone: the whole DNS of one private machine, served by a real name server (NSD).

Promises: it serves the root zone, so the names put in are all the names there are and any other is
NXDOMAIN; answers are authoritative and unsigned. `serve` returns once the server answers.
Used inside a namespace; `resolv_conf` is what a system there needs to ask it.
Gap: no recursion flag in answers, no DNSSEC.
"""
import socket
import time

import namespace
from root import Root

ADDRESS = "198.51.100.53"
READY_LIMIT_S = 10
CONFIGURATION = f"""server:
  ip-address: {ADDRESS}
  server-count: 1
  database: ""
  zonesdir: "/etc/nsd"
  xfrdfile: ""
  pidfile: ""
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "live.zone"
"""
SOA_QUESTION = b"\x52\x46\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x01"


class Zone:
    """Records by absolute name, written without the last dot."""

    def __init__(self):
        self.lines = ["$TTL 300", "@ SOA ns.example. hostmaster.example. 1 3600 600 86400 300",
                      "@ NS ns.example."]
        self.record("ns.example", "A", ADDRESS)
        self.configuration = CONFIGURATION

    def record(self, name, kind, data):
        """One record; names inside `data` are written out with their last dot."""
        self.lines.append(f"{name}. {kind} {data}")

    def host(self, name, address):
        self.record(name, "AAAA" if ":" in address else "A", address)

    def mail_exchanger(self, domain, host, preference=10):
        """`host` "" is the root, as in a null MX (RFC 7505)."""
        self.record(domain, "MX", f"{preference} {host}.")

    def unloadable(self, name):
        """A zone of its own without data: every question about it is answered with SERVFAIL."""
        self.configuration += f'zone:\n  name: "{name}"\n  zonefile: "missing.zone"\n'

    def text(self):
        return "\n".join(self.lines) + "\n"

    def serve(self, network):
        """Serves on the far machine until the namespace ends. Raises NamespaceError."""
        root = system(network.far())
        root.mount()
        root.write("/etc/nsd/live.conf", self.configuration)
        root.write("/etc/nsd/live.zone", self.text())
        wait_until_answers(root.start("nsd", "-d", "-c", "/etc/nsd/live.conf"))


def system(where=()):
    """The system the name server lives in."""
    return Root("nsd", ["nsd"], where=where)


def resolv_conf():
    return f"nameserver {ADDRESS}\n"


def wait_until_answers(server):
    end = time.monotonic() + READY_LIMIT_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(0.05)
        while time.monotonic() < end and server.poll() is None:
            try:
                asker.sendto(SOA_QUESTION, (ADDRESS, 53))
                if asker.recv(512)[3] & 0x0F == 0:
                    return
            except OSError:  # not yet listening
                time.sleep(0.01)
    raise namespace.NamespaceError("the name server does not answer")

"""turnaway-gate as a test starts, asks and ends it: on loopback, with a name server of its own, in a folder of its own.

`GateScene` is a gate with what every test knows in DNS: healthy domains and one for each kind of domain without mail.
"""
from dns_server import DnsServer
from relay_daemon import BIN, Daemon, loopback_block, wait_until

# Healthy: of senders and recipients.
HEALTHY = ["sender.example", "host.example", "xn--bcher-kva.example"]
RECORDS = ["nullmx.example MX 0 .", "tagged.example TXT x", "loopback.example MX 10 mx.loopback.example",
           "mx.loopback.example A 127.0.0.1", "dangling.example MX 10 mx.dangling.example",
           *(f"{name} MX 10 mx.healthy.example" for name in HEALTHY), "mx.healthy.example A 192.0.2.25"]


class Gate(Daemon):
    """Listens for the protocols in `listen`, on loopback with any free port unless a place is given."""

    program = BIN / "turnaway-gate"

    def __init__(self, settings, environment=None):
        super().__init__({"": {"hostname": "gate.example", "threads": 1}, "control": {"socket": ""},
                          "log": {"format": "json", "level": "debug"}}, environment)
        for section, keys in settings.items():
            self.settings.setdefault(section, {}).update(keys)

    def start(self, wrapper=()):
        """Returns once it listens everywhere."""
        self.log.clear()
        self.launch(wrapper)
        places = sum(len(places) for places in self.settings["listen"].values() if isinstance(places, list))
        wait_until(lambda: self.process.poll() is not None or len(self.lines("listening")) >= places,
                   lambda: f"listening: {self.log[-5:]} {self.noise}")
        if self.process.poll() is not None:
            raise AssertionError(f"the gate did not start: {self.process.poll()} {self.noise} {self.log}")
        return self

    def places(self, protocol):
        """(address, port) of each listener; the port of a Unix socket is 0."""
        return [(line["address"], line["port"]) for line in self.lines("listening", protocol=protocol)]

    def decisions(self, **fields):
        return self.lines("decision", **fields)


class GateScene:
    def __init__(self, settings):
        self.dns = DnsServer(f"{loopback_block()}.53")
        self.dns.add(*RECORDS)
        self.dns.trouble["later.example"] = "servfail"
        self.gate = Gate({**settings, "dns": {"forward": [f"{self.dns.address}@{self.dns.port}"], **settings.get("dns", {})}})

    def __enter__(self):
        self.gate.start()
        return self

    def __exit__(self, *_):
        if self.gate.process.poll() is None:
            self.gate.kill()
        self.gate.remove()

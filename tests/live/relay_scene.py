"""A scene for the relay: its own DNS, hosts that do as they are scripted, and turnaway-relay between them.

Promises: addresses, names and domains are handed out anew for each case, so what the relay remembers of one touches no other;
mail to SENDER arrives at `letters`. Known by `dialled` is who was connected to, in which order.
"""
from dns_server import DnsServer
from relay_daemon import Relay, free_port, loopback_block, wait_until
from relay_report import reports
from smtp_host import SmtpHost

SENDER = "ann@sender.example"
WAITS = {"connect_wait": "2s", "greeting_wait": "1s", "command_wait": "1s", "data_wait": "1s", "block_wait": "2s",
         "final_dot_wait": "1s"}


class Scene:
    def __init__(self, settings=None):
        self.block = loopback_block()
        self.dns = DnsServer(f"{self.block}.53")
        self.port = free_port(f"{self.block}.2")
        self.hosts, self.numbers = {}, iter(range(60, 250))
        self.letters = SmtpHost(f"{self.block}.9", self.port)
        self.dns.add("sender.example MX 10 mx.sender.example", f"mx.sender.example A {self.block}.9")
        base = {
            "dns": {"forward": [f"{self.block}.53@{self.dns.port}"], "deadline": "3s"},
            "delivery": {"port": self.port, **WAITS},
            "lifetime": {"retry_first": "1s", "retry_max": "1s"},
        }
        for section, keys in (settings or {}).items():
            base.setdefault(section, {}).update(keys)
        self.relay = Relay(self.block, base)

    def start(self):
        self.relay.start()
        return self

    def stop(self):
        code = self.relay.stop()
        noise = self.relay.noise
        self.relay.remove()
        if code != 0 or noise:
            raise AssertionError(f"the relay ended with {code}: {''.join(noise)}")

    def name(self):
        """A host name with an address where nothing listens yet."""
        number = next(self.numbers)
        name = f"mx{number}.hosts.example"
        self.hosts[name] = f"{self.block}.{number}"
        self.dns.add(f"{name} A {self.block}.{number}")
        return name

    def listen(self, name, script=None, **options):
        host = SmtpHost(self.hosts[name], self.port, script, **options)
        host.mx = name
        return host

    def host(self, script=None, **options):
        return self.listen(self.name(), script, **options)

    def domain(self, name, *hosts):
        """An MX for each, the first the best; names or hosts. Returns an address there."""
        for i, host in enumerate(hosts):
            self.dns.add(f"{name} MX {10 + 10 * i} {host if isinstance(host, str) else host.mx}")
        return f"bob@{name}"

    def send(self, *recipients, sender=SENDER, **options):
        return self.relay.send(sender, recipients, **options)

    def report(self, recipient):
        """The first report about the recipient."""
        return wait_until(lambda: reports(self.letters, recipient),
                          lambda: f"a report about {recipient}; {self.relay.lines('delivery', to=recipient)}")[0]

    def failure(self, recipient):
        """(log line, report) once it bounced."""
        return self.relay.delivery(recipient, "bounced"), self.report(recipient)


def dialled(*hosts):
    """The hosts' names in the order of the connections to them."""
    calls = sorted((dialogue.time, host.mx) for host in hosts for dialogue in host.dialogues)
    return [name for _, name in calls]

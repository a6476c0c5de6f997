"""Courier as a peer: Debian's package as it is, with its authentication daemon, which knows the local
users."""
from mailbox import Mailbox
from peer import USER, Peer, Queued
from root import DOMAIN


class Courier(Peer):
    name = "courier"
    title = "Courier"
    package = "courier-mta"
    lifetime_days = 7
    beyond_defaults = [("`me`, `defaultdomain` and `locals` have sender.example",
                        "the package requires them")]

    def start(self):
        for name in ("me", "defaultdomain"):
            self.root.write(f"/etc/courier/{name}", f"{DOMAIN}\n")
        self.root.write("/etc/courier/locals", f"localhost\n{DOMAIN}\n")
        for folder in ("/run/courier", "/run/courier/authdaemon"):
            self.root.run("install", "-d", "-o", "courier", "-g", "courier", folder)
        self.root.run("maildirmake", f"/home/{USER}/Maildir", user=USER)
        self.root.run("authdaemond", "start")
        self.root.run("courier", "start")
        self.wait_for(lambda: self.root.run("mailq", check=False), "start")

    def mailbox(self):
        return Mailbox(self.root.top / "home" / USER / "Maildir")

    def queue(self, recipient):
        """`mailq`: a line for each message, then one for each recipient with its state before it."""
        found = []
        for line in self.root.run("mailq", check=False).splitlines():
            state, _, address = line.partition(recipient)
            if not address and line.endswith(recipient) and "defer" in state.lower():
                found.append(Queued(recipient, " ".join(state.split())))
        return found

    def retry(self):
        self.root.run("courier", "flush")

    def own_schedule(self):
        """The defaults in courier(8); the package sets none of them."""
        return "3 tries 5m apart, then after 15m, then 3 more and so on, the pauses up to 2h, for 7d"


PEER = Courier

"""Postfix as a peer: Debian's package, set up as "Internet Site"."""
import json

from peer import Peer, Queued
from root import DOMAIN


class Postfix(Peer):
    name = "postfix"
    title = "Postfix"
    package = "postfix"
    preseed = ("postfix postfix/main_mailer_type select Internet Site\n"
               f"postfix postfix/mailname string {DOMAIN}\n")
    beyond_defaults = [("debconf `postfix/main_mailer_type=Internet Site`",
                        "the package's own suggestion")]

    def start(self):
        self.root.run("/usr/lib/postfix/configure-instance.sh", "-")  # as the package's unit does
        self.root.run("postfix", "start", check=False)
        self.wait_for(lambda: self.root.read("/var/spool/postfix/pid/master.pid"), "start")

    def set(self, name, value):
        self.root.run("postconf", f"{name}={value}")
        self.root.run("postfix", "reload")

    def queue(self, recipient):
        found = []
        for line in self.root.run("postqueue", "-j", check=False).splitlines():
            entry = json.loads(line)
            for one in entry["recipients"]:
                if one["address"] == recipient:
                    found.append(Queued(entry["queue_id"], one.get("delay_reason", "")))
        return found

    def retry(self):
        self.root.run("postqueue", "-f")

    def own_schedule(self):
        names = ("minimal_backoff_time", "maximal_backoff_time", "maximal_queue_lifetime")
        first, last, life = (self.root.run("postconf", "-h", name).strip() for name in names)
        return f"first after {first}, then at growing intervals up to {last}, for {life}"


PEER = Postfix

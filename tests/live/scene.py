"""A scene: one sender and the host that takes no mail, at every stage, on a private pair of
machines.

Promises: each stage has its own turnaway-refuse, address, host name and domain, so nothing the
sender remembers of one touches another; the messages go one after the other, so times do not
disturb each other. `play` starts a namespace for it and returns plain data: versions, settings, and
for each stage the attempts. At the stages `auto` and `greeting` a message that bounced is followed
by a second one; at `auto` a deferred message is first tried again by the sender's own queue run.
"""
import attempt
import namespace
import peer as peers
from refuse import STAGES, Refuse
from root import DOMAIN
from tap import Tap
from zone import Zone

STAGE_LIMIT_S = 150
ATTEMPTS_MAX = 3
SETUP_LIMIT_S = 60


def play(peer_name, stages, program, settings=None, local_part="bob"):
    """One sender, in its own namespace; it must be installed. Raises NamespaceError."""
    arguments = {"peer_name": peer_name, "stages": stages, "program": program,
                 "settings": settings or {}, "local_part": local_part}
    limit_s = SETUP_LIMIT_S + STAGE_LIMIT_S * len(stages)
    return namespace.call("scene:inside", arguments, limit_s=limit_s)


def address_of(stage):
    return f"198.51.100.{31 + STAGES.index(stage)}"


def build(program, domains):
    """Network, DNS and a refusing host for each domain. `domains` gives each its stage.

    Returns {domain: Refuse}; the host of a domain is called `mx.` and the domain.
    """
    network = namespace.Network()
    zone = Zone()
    zone.host(DOMAIN, network.NEAR)  # where reports go to a sender that delivers them by SMTP
    hosts = {}
    for domain, stage in domains.items():
        name = f"mx.{domain}"
        zone.host(name, address_of(stage))
        zone.mail_exchanger(domain, name)
        host = Refuse(program, address_of(stage), stage, name, where=network.far())
        hosts[domain] = host.start()
    zone.serve(network)
    return hosts


def inside(peer_name, stages, program, settings, local_part):
    hosts = build(program, {f"{stage}.example": stage for stage in stages})
    tap = Tap().start()
    peer = peers.make(peer_name)
    peer.prepare()
    for name, value in settings.items():
        peer.set(name, value)
    result = {"peer": peer_name, "title": peer.title, "package": peer.source or peer.package,
              "version": peer.version(), "own_schedule": peer.own_schedule(),
              "beyond_defaults": peer.beyond_defaults, "stages": {}}
    for stage in stages:
        recipient = f"{local_part}@{stage}.example"
        peer.aim_at(f"mx.{stage}.example")
        result["stages"][stage] = [one.as_dict() for one in attempts(peer, recipient, tap, stage)]
    result["refuse_log"] = {stage: hosts[f"{stage}.example"].log_text() for stage in stages}
    result["refuse_exit"] = {stage: hosts[f"{stage}.example"].stop() for stage in stages}
    return result


def attempts(peer, recipient, tap, stage):
    tries = [attempt.send(peer, recipient, tap, address_of(stage))]
    while stage == "auto" and tries[-1].outcome == "deferred" and len(tries) < ATTEMPTS_MAX - 1:
        tries.append(attempt.retry(peer, tries[-1].recipient, tap, address_of(stage)))
    if stage in ("auto", "greeting") and tries[-1].outcome == "bounced":
        tries.append(attempt.send(peer, "second." + recipient, tap, address_of(stage)))
    return tries

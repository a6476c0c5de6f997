"""What the gate's bench measures of a whole Postfix, inside its namespace: plain figures. Called by gate.py."""
import pathlib
import subprocess
import time

import mail_servers
from mail_servers import Postfix, Sink, wait_until, listens
from relay_rounds import Place, wait_for_arrival
from servers import free_port

WARM_UP_MESSAGES = 500
DOMAIN = "destination.example"
GATE_CONFIG = """\
hostname = "gate.example"
threads = 1
[listen]
policy = ["127.0.0.1:{port}"]
[dns]
local_data = ["{domain}. 3600 IN MX 10 mx.{domain}.", "mx.{domain}. 3600 IN A 192.0.2.1", "mx.{domain}. 3600 IN AAAA 2001:db8::1"]
[control]
socket = ""
"""
WITHOUT = "permit_mynetworks, reject"
WITH = "check_policy_service {{ inet:127.0.0.1:{port}, default_action=DUNNO, timeout=4s }}, permit_mynetworks, reject"


def postfix(folder, program, rounds, messages):
    """{"without" or "with": [messages accepted each second, of each round]}."""
    place = Place(folder)
    figures = {"without": [], "with": []}
    config, port = pathlib.Path(folder, "gate.conf"), free_port()
    config.write_text(GATE_CONFIG.format(port=port, domain=DOMAIN), encoding="utf-8")
    with open(pathlib.Path(folder, "gate.log"), "wb") as log:
        gate = subprocess.Popen([program, "--config", config], stderr=log, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(port), "the gate does not listen")
        for number in range(rounds):
            ways = [("without", WITHOUT), ("with", WITH.format(port=port))]
            for name, restrictions in ways if number % 2 == 0 else reversed(ways):
                figures[name].append(one_round(place, restrictions, messages))
    finally:
        gate.terminate()
        gate.wait()
    return figures


def one_round(place, restrictions, messages):
    place.root.run("postconf", f"smtpd_recipient_restrictions={restrictions}", "smtpd_relay_restrictions=permit_mynetworks, reject")
    with Sink(place.root, place.folder) as sink, Postfix(place.root, place.folder, sink.port) as server:
        mail_servers.finish_source(mail_servers.start_source(place.root, server.port, WARM_UP_MESSAGES, recipients=1))
        wait_for_arrival(sink, WARM_UP_MESSAGES, "Postfix")
        begin = time.monotonic()
        mail_servers.finish_source(mail_servers.start_source(place.root, server.port, messages, recipients=1))
        accepted = time.monotonic()
        wait_for_arrival(sink, WARM_UP_MESSAGES + messages, "Postfix")
    return messages / (accepted - begin)

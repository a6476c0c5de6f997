#!/usr/bin/env python3
"""The live test: real senders against turnaway-refuse; Postfix and Exim at every stage, others at
`auto`.

    tests/live/live_test.py [--refuse PATH]

Asserts what became of the message and what its bounce says, never how long it took. What each
sender is expected to do was measured first and is published in docs/senders.md; a change here means
that the refusal no longer reaches that sender's users. Requirements 1, 3, 8 and 15 as a real client
sees them. Senders that take minutes to fetch take part when tests/live/matrix.py has fetched them.
Without root, namespaces or the packages every test is skipped by name and counted.
"""
import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

import matrix
import namespace
import peer as peers
import refuse
import scene

# sender -> stage -> one (outcome, Status) for each attempt. 521 must stand in the Diagnostic-Code
# or in the queue's reason, unless the reason says that Exim did not ask at all.
EXPECTED = {
    "postfix": {
        "greeting": [("deferred", "")],
        "helo": [("bounced", "5.0.0")],
        "mail": [("bounced", "5.3.2")],
        "rcpt": [("bounced", "5.3.2")],
        "auto": [("bounced", "5.3.2"), ("bounced", "5.3.2")],
    },
    "exim": {  # it never takes the Status from the reply
        "greeting": [("bounced", "5.0.0"), ("deferred", "")],
        "helo": [("bounced", "5.0.0")],
        "mail": [("bounced", "5.0.0")],
        "rcpt": [("bounced", "5.0.0")],
        "auto": [("bounced", "5.0.0"), ("bounced", "5.0.0")],
    },
    # dma writes no report that a program can read.
    "dma": {"auto": [("bounced", ""), ("bounced", "")]},
    "chasquid": {"auto": [("bounced", "5.0.0"), ("bounced", "5.0.0")]},
    "nullmailer": {"auto": [("bounced", "5.3.2"), ("bounced", "5.3.2")]},
    "opensmtpd": {"auto": [("bounced", "5.0.0"), ("bounced", "5.0.0")]},
    "sendmail": {"auto": [("bounced", "5.3.2"), ("bounced", "5.3.2")]},
    "haraka": {"auto": [("bounced", "5.3.2"), ("bounced", "5.3.2")]},
    "courier": {"auto": [("bounced", "5.0.0"), ("bounced", "5.0.0")]},
}
EXPECTED |= {f"{name}_trixie": EXPECTED[name] for name in ("postfix", "exim", "opensmtpd", "sendmail")}
FETCHED = ["postfix", "exim", "dma", "chasquid", "nullmailer"]  # the others only if they are here
NOT_ASKED = "retry time not reached"


def complaints(attempts, expected, host):
    """What differs from the expectation, in words; empty when all is as it should be."""
    found = [(one["outcome"], one["bounce"].get("status", "")) for one in attempts]
    if found != expected:
        yield f"expected {expected}, got {found}"
    for one in attempts:
        human = one["bounce"].get("human", "")
        words = one["bounce"].get("diagnostic", "") or one["reason"] or human
        if NOT_ASKED not in words and not ("521" in words and host in words):
            yield f"the sender's own words lack 521 or {host}: `{words}`"
        if one["outcome"] == "bounced" and "521" not in human + one["bounce"]["diagnostic"]:
            yield "the report lacks 521"
        yield from bad_replies(one["dialogues"], host)


def bad_replies(dialogues, host):
    """Every connection hears 521 in the words of the RFCs, and no message is ever asked for."""
    refusal = f"{host} Host does not accept mail"
    for dialogue in dialogues:
        said = [text for _, who, text in dialogue if who == "S"]
        if not said or said[0] not in (f"521 {refusal}", f"220 {host} ESMTP"):
            yield f"the greeting was {said[:1]}"
        if f"521 {refusal}" not in said and f"521 5.3.2 {refusal}" not in said:
            yield "a connection ended without 521"
        if any(text.startswith("354") for text in said):
            yield "the host asked for the message"


def run_sender(name, program):
    """(passed, failed) of one sender; prints one line for each stage."""
    stages = list(EXPECTED[name])
    try:
        result = scene.play(name, stages, program)
    except namespace.NamespaceError as error:
        for stage in stages:
            print(f"FAIL live {name} {stage}: {error}")
        return 0, len(stages)
    failed = 0
    for stage in stages:
        wrong = list(complaints(result["stages"][stage], EXPECTED[name][stage],
                                f"mx.{stage}.example"))
        if result["refuse_exit"][stage]:
            wrong.append(f"turnaway-refuse ended with status {result['refuse_exit'][stage]}")
        outcomes = ", then ".join(one["outcome"] for one in result["stages"][stage])
        print(f"FAIL live {name} {stage}: {'; '.join(wrong)}" if wrong else
              f"PASS live {name} {stage}: {outcomes}", flush=True)
        failed += bool(wrong)
    return len(stages) - failed, failed


def absences(reason):
    """{sender: why it cannot take part}"""
    if reason:
        return {name: reason for name in EXPECTED}
    missing = matrix.install(FETCHED)
    if "nsd" in missing:
        return {name: f"no name server: {missing['nsd']}" for name in EXPECTED}
    elsewhere = {name: "not here; tests/live/matrix.py fetches it" for name in EXPECTED
                 if name not in FETCHED and not peers.make(name).root.installed()}
    return {**missing, **elsewhere}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refuse", help="path of turnaway-refuse")
    options = parser.parse_args()
    reason = namespace.become_root()
    program = refuse.find(options.refuse)
    reason = reason or matrix.obstacle(program)
    absent = absences(reason)
    skipped = 0
    for name in absent:
        for stage in EXPECTED[name]:
            print(f"SKIP live {name} {stage}: {absent[name]}")
            skipped += 1
    with ThreadPoolExecutor(matrix.AT_ONCE) as pool:
        counts = list(pool.map(lambda name: run_sender(name, program),
                               [name for name in EXPECTED if name not in absent]))
    passed, failed = (sum(count[part] for count in counts) for part in (0, 1))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

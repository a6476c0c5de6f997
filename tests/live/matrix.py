#!/usr/bin/env python3
"""The matrix: real mail servers against turnaway-refuse at every stage, and the page that says what
they did.

    tests/live/matrix.py [--only postfix,exim] [--stage greeting,auto] [--write docs/senders.md]
    [--refuse PATH]

Needs root, or sudo without a password prompt. Downloads the servers' packages at the first run into
build/peers/ and installs nothing on the machine. Takes some two minutes, most of it OpenSMTPD
waiting between its tries. Exits 1 when a sender could not be measured, 0 otherwise; what
cannot run here is skipped by name.
"""
import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import namespace
import peer as peers
import refuse
import scene
import senders_page
import zone

AT_ONCE = 8  # they wait far more than they work
INSTALL_AT_ONCE = 3
# Beyond the default settings: what an operator may wonder about.
# (heading, peer, stages, further arguments of `play`)
ASIDES = [
    ("Postfix with `smtp_skip_5xx_greeting = no`", "postfix", ["greeting", "auto"],
     {"settings": {"smtp_skip_5xx_greeting": "no"}}),
    ("Postfix that insists on TLS (`smtp_tls_security_level = encrypt`)", "postfix", refuse.STAGES,
     {"settings": {"smtp_tls_security_level": "encrypt"}}),
    *((f"{title}, recipient `böb@...` (SMTPUTF8)", name, ["helo", "rcpt"], {"local_part": "böb"})
      for name, title in (("postfix", "Postfix"), ("exim", "Exim"), ("opensmtpd", "OpenSMTPD"),
                          ("sendmail", "Sendmail"))),
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=listed(peers.NAMES), default=peers.NAMES,
                        help="senders, comma separated")
    parser.add_argument("--stage", type=listed(refuse.STAGES), default=refuse.STAGES,
                        help="stages, comma separated")
    parser.add_argument("--write", type=Path, help="the page to write")
    parser.add_argument("--refuse", help="path of turnaway-refuse")
    parser.add_argument("--json", type=Path, help="keep the raw results here, dialogues included")
    return parser.parse_args()


def listed(known):
    def split(text):
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"`{name}` is none of {', '.join(known)}")
        return names
    return split


def obstacle(program):
    """Why nothing can be measured here, or None."""
    if not program:
        return "turnaway-refuse is not built"
    return namespace.unavailable()


def install(names):
    """Fetches what is not in build/peers/ yet. Returns {name: reason} for what could not be had."""
    roots = {"nsd": zone.system(), **{name: peers.make(name).root for name in names}}
    absent = {name: root for name, root in roots.items() if not root.installed()}
    with ThreadPoolExecutor(INSTALL_AT_ONCE) as pool:
        reasons = pool.map(fetch, absent.values())
    return {name: reason for name, reason in zip(absent, reasons) if reason}


def fetch(root):
    """Why it could not be had, or None."""
    if not Path(root.lower).is_dir():
        return f"{root.lower} is not here: `tools/in_release {Path(root.lower).name} true` makes it"
    packages, size = root.download()
    further = f" and what `{' '.join(root.setup[-1])}` fetches" if root.setup else ""
    print(f"Fetching {', '.join(packages)} ({size / 1e6:.1f} MB){further} into build/peers/; "
          "nothing is installed on this machine.", flush=True)
    try:
        root.install()
    except namespace.NamespaceError as error:
        return str(error)
    return None


def measure(job, program):
    """One scene; its failure becomes part of the result."""
    heading, name, stages, further = job
    try:
        result = {"heading": heading, **scene.play(name, stages, program, **further)}
    except namespace.NamespaceError as error:
        return {"heading": heading, "peer": name, "failed": str(error), "stages": {}}
    for stage, attempts in result["stages"].items():
        words = "; then ".join(in_short(one) for one in attempts)
        print(f"{result['title']:<10} {stage:<9} {words}", flush=True)
    return result


def in_short(one):
    status = one["bounce"].get("status", "")
    return f"{one['outcome']} {one['seconds']:.2f} s {status}".strip()


def program_version(program):
    told = subprocess.run([program, "--version"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    return told.stdout.strip() or "unknown version"


def main():
    options = arguments()
    reason = namespace.become_root()
    program = refuse.find(options.refuse)
    reason = reason or obstacle(program)
    missing = {} if reason else install(options.only)
    reason = reason or (f"no name server: {missing['nsd']}" if "nsd" in missing else None)
    for name in options.only:
        if reason or name in missing:
            print(f"SKIP live {name}: {reason or missing[name]}")
    if reason:
        return 0
    present = [name for name in options.only if name not in missing]
    jobs = [("", name, options.stage, {}) for name in present]
    if options.stage == refuse.STAGES:
        jobs += [aside for aside in ASIDES if aside[1] in present]
    jobs.sort(key=lambda job: job[1] != "opensmtpd")  # the slowest first
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda job: measure(job, program), jobs))
    results.sort(key=lambda result: peers.NAMES.index(result["peer"]))
    failures = [result for result in results if "failed" in result]
    for result in failures:
        print(f"FAIL live {result['peer']} {result['heading']}: {result['failed']}")
    keep(options, program, [result for result in results if "failed" not in result])
    return 1 if failures else 0


def keep(options, program, results):
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
        namespace.give_back(options.json)
    if options.write:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(senders_page.page(results, program_version(program)))
        namespace.give_back(options.write)
        print(f"wrote {options.write}")


if __name__ == "__main__":
    sys.exit(main())

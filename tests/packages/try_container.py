#!/usr/bin/env python3
"""Runs the file system of the container image as a container does: its user, read-only, a network of its own. Prints a table.

    tests/packages/try_container.py [FOLDER]      default: build/container, made by tools/container

Podman is not needed: the same namespaces are made here. Needs root; is skipped (77) without root or without an image.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZE_MAX = 80_000_000
START = """set -e
ip link set lo up
mount --make-rprivate /
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/var/spool/turnaway"
mount -o remount,bind,ro "$1"
exec chroot --userspec=turnaway:turnaway "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -c "$2"
"""
REFUSE = r"""
turnaway-refuse --hostname www.example.org --listen 127.0.0.1:2525 --metrics 127.0.0.1:9525 2>/dev/null &
until exec 3<>/dev/tcp/127.0.0.1/2525; do sleep 0.1; done 2>/dev/null
printf 'EHLO client.example\r\nMAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nQUIT\r\n' >&3
grep -m1 '^521 ' <&3
/usr/libexec/turnaway-health || exit 1
kill $!; wait $!
! /usr/libexec/turnaway-health 2>/dev/null
"""
STEPS = [("each program starts", "for p in turnaway turnaway-refuse turnaway-relay turnaway-gate; do $p --version || exit 1; done", r"turnaway-gate \d"),
         ("no privileges, nothing can be written", "id -un; ! touch /usr/x 2>/dev/null && ! touch /x 2>/dev/null", "turnaway"),
         ("refuses; healthy, then not", REFUSE, "521 5.3.2 www.example.org"),
         ("the relay checks its configuration", "turnaway-relay --check-config --config /etc/turnaway-relay.conf", ""),
         ("the gate checks its configuration", "turnaway-gate --check-config --config /etc/turnaway-gate.conf", ""),
         ("explain", "turnaway explain 556", "null MX")]


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/container")
    archive = folder / "root.tar"
    if os.getuid() or not archive.exists():
        print(f"skipped: needs root and {archive} (tools/container makes it)")
        return 77
    failed = 0

    def show(step, passed, remark):
        nonlocal failed
        failed += not passed
        print(f"{step:40} {'passed' if passed else 'FAILED':8} {remark}".rstrip(), flush=True)

    size = archive.stat().st_size
    show(f"at most {SIZE_MAX // 1_000_000} MB", size <= SIZE_MAX, f"{size / 1e6:.1f} MB")
    system = folder / "trial"
    shutil.rmtree(system, ignore_errors=True)
    system.mkdir()
    try:
        subprocess.run(["tar", "--extract", "--numeric-owner", "--file", archive.resolve()], cwd=system, check=True)
        for step, script, words in STEPS:
            done = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", START, "bash", str(system), script],
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL)
            said = done.stdout + done.stderr
            found = re.search(words, said)
            line = next((line for line in said.splitlines() if re.search(words, line)), "") if words else ""
            show(step, done.returncode == 0 and bool(found), line if done.returncode == 0 and found else said[-300:].replace("\n", " | "))
    finally:
        shutil.rmtree(system, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

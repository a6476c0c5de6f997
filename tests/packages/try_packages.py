#!/usr/bin/env python3
"""Builds the packages, installs them in a fresh Debian and tries there what a user would; prints a table.

    tests/packages/try_packages.py [--packages FOLDER] [--previous FOLDER] [--from-source] [--without-ccache [--same-as FOLDER]] [RELEASE...]

For each release (bookworm and trixie): `dpkg-buildpackage -b` in the system of tools/in_release, then in a fresh system `apt-get install`, and
after it the steps of installed_system.py under systemd as the first process, without a network. --from-source begins with `./run` and
`./test --quick` there. --packages takes packages that were built before, from FOLDER/RELEASE; --previous the packages to upgrade from, else it is
the same files with a lower version; --same-as requires the bytes of FOLDER/RELEASE. Built packages stay in build/packages/RELEASE. Needs root,
debootstrap and package sources; a release that cannot be made is skipped by name. Exit status: 0, 1 if a step failed, 77 if every release was
skipped.
"""
import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("TURNAWAY_RELEASES", "/var/cache/turnaway"))
RELEASES = ["bookworm", "trixie"]
PREVIOUS = "0.1.99"
SKIPPED = 77
BUILD = """set -e -o pipefail
export DEBIAN_FRONTEND=noninteractive CCACHE_DIR=/root/.cache/ccache
apt-get update -q
apt-get install -y -q --no-install-recommends dpkg-dev debhelper lintian
apt-get build-dep -y -q --no-install-recommends -P nocheck ./
DEB_BUILD_OPTIONS="$1" dpkg-buildpackage -b -us -uc -Pnocheck
rm -rf /packages && mkdir /packages
lintian --allow-root --show-overrides --fail-on error,warning ../turnaway_*.changes | tee /packages/lintian.txt
mv ../*.deb /packages
rm -f ../turnaway_*.changes ../turnaway_*.buildinfo
"""
# What the steps need beside the packages; systemd is the first process.
PLAIN = """set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends systemd python3 procps
"""
INSTALL = """set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -q --no-install-recommends /packages/now/*.deb
turnaway explain 556 >/dev/null
apt-get purge -y -q 'turnaway*' 'libturnaway*'
"""
# A cgroup namespace of its own lets systemd have the hierarchy below it.
BOOT = """set -e
ip link set lo up
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p machine
pivot_root . machine
umount --lazy /machine
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target
"""


class Failed(Exception):
    pass


def run(command, log, environment=None):
    with open(log, "ab") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT,
                              env=os.environ | (environment or {}))
    if done.returncode == SKIPPED:
        raise InterruptedError(log.read_text(errors="replace").splitlines()[-1])
    if done.returncode:
        raise Failed(f"`{' '.join(command[:4])}` failed, see {log}")


def in_release(release, script, log, folder, *arguments):
    run(["tools/in_release", release, "bash", "-c", script, "bash", *arguments], log, {"TURNAWAY_RELEASES": str(folder)})


def build(release, log, options):
    """The folder of the packages."""
    result = ROOT / "build/packages" / release
    in_release(release, BUILD, log, CACHE, options)
    shutil.rmtree(result, ignore_errors=True)
    shutil.copytree(CACHE / release / "packages", result)
    return result


def in_words(lintian):
    """What lintian said, by kind."""
    kinds = [line[0] for line in lintian.read_text().splitlines() if re.match(r"[EWO]: ", line)]
    return f"{kinds.count('E')} errors, {kinds.count('W')} warnings, {kinds.count('O')} overridden"


def tests_in_words(log):
    """The last `./test` in this log: how many tests, and how many were skipped."""
    return re.findall(r"^tests release .*?(\d+ tests.*)$", log.read_text(errors="replace"), re.MULTILINE)[-1]


def sums(packages):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(packages.glob("*.deb"))}


def same_bytes(packages, earlier):
    """One hash for all packages: that of the output of `sha256sum *.deb`."""
    now, before = sums(packages), sums(earlier)
    different = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    if different:
        raise Failed(f"not the same bytes as in {earlier}: {', '.join(different)}")
    return hashlib.sha256("".join(f"{value}  {name}\n" for name, value in now.items()).encode()).hexdigest()


def lower_version(packages, result):
    """The same files in packages of an earlier version."""
    result.mkdir(parents=True)
    for package in packages.glob("*.deb"):
        if "-dbgsym" in package.name:
            continue
        unpacked = result / "unpacked"
        subprocess.run(["dpkg-deb", "-R", package, unpacked], check=True)
        control = unpacked / "DEBIAN/control"
        version = package.name.split("_")[1]
        control.write_text(control.read_text().replace(f"Version: {version}\n", f"Version: {PREVIOUS}\n").replace(f"= {version})", f"= {PREVIOUS})"))
        subprocess.run(["dpkg-deb", "-Znone", "-b", unpacked, result], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(unpacked)


def fresh_system(release, packages, previous, log):
    """A copy of a system in which nothing of turnaway ever was, with the packages in /packages."""
    plain, trial = CACHE / "plain", CACHE / "trial"
    if not (plain / release).exists():
        try:
            in_release(release, PLAIN, log, plain)
        except Failed:
            shutil.rmtree(plain / release)
            raise
    shutil.rmtree(trial / release, ignore_errors=True)
    trial.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", plain / release, trial], check=True)
    system = trial / release
    shutil.copytree(packages, system / "packages/now", ignore=shutil.ignore_patterns("*dbgsym*"))
    if previous:
        shutil.copytree(previous, system / "packages/previous", ignore=shutil.ignore_patterns("*dbgsym*"))
    else:
        lower_version(packages, system / "packages/previous")
    in_release(release, INSTALL, log, trial)
    return system


def booted(system, log):
    """(the process to end, the id of systemd) once it answers."""
    with open(log, "ab") as output:
        first = subprocess.Popen(["unshare", "--net", "--pid", "--mount", "--cgroup", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-c", BOOT,
                                  "sh", str(system)], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    end = time.monotonic() + 120
    while time.monotonic() < end and first.poll() is None:
        children = pathlib.Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
        if children and subprocess.run(enter(children[0], "systemctl", "is-active", "basic.target"), capture_output=True).returncode == 0:
            return first, children[0]
        time.sleep(0.2)
    first.kill()
    raise Failed(f"systemd did not boot, see {log}")


def enter(process, *command):
    return ["nsenter", "--target", process, "--all", "--wd=/", "--", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", *command]


def try_release(release, options):
    """Rows (step, result, remark)."""
    log = ROOT / "build/packages" / f"{release}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    if options.from_source:
        in_release(release, "./run --no-demo", log, CACHE)
        yield "./run", "passed"
        in_release(release, "./test --quick", log, CACHE)
        yield "./test --quick", "passed", tests_in_words(log)
    if options.packages:
        built = options.packages / release
    else:
        built = build(release, log, options.without_ccache)
        yield "dpkg-buildpackage", "passed", f"{len(sums(built))} packages"
        yield "lintian", "passed", in_words(built / "lintian.txt")
    if options.same_as:
        yield "the same bytes as another build", "passed", same_bytes(built, options.same_as / release)
    system = fresh_system(release, built, options.previous and options.previous / release, log)
    yield "apt-get install, purge", "passed", "fresh debootstrap"
    first, process = booted(system, log)
    try:
        steps = subprocess.Popen(enter(process, "python3", "/turnaway/tests/packages/installed_system.py"), stdout=subprocess.PIPE,
                                 stderr=open(log, "ab"), text=True)
        for line in steps.stdout:
            yield line.rstrip("\n").split("\t")
        if steps.wait():
            raise Failed(f"the steps ended with {steps.returncode}, see {log}")
    finally:
        first.kill()
        first.wait()
        shutil.rmtree(system, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description="Try the packages in fresh Debian systems.")
    for folder in ("--packages", "--previous", "--same-as"):
        parser.add_argument(folder, metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("--from-source", action="store_true", help="begin with ./run and ./test --quick")
    parser.add_argument("--without-ccache", action="store_const", const="noccache", default="", help="the same bytes each time, see debian/rules")
    parser.add_argument("release", nargs="*", default=RELEASES)
    options = parser.parse_args()
    counts = {"passed": 0, "FAILED": 0, "skipped": 0}

    def show(release, step, result, remark=""):
        counts[result] += 1
        print(f"{release:10} {step:38} {result:8} {remark}".rstrip(), flush=True)

    for release in options.release:
        try:
            for row in try_release(release, options):
                show(release, *row)
        except InterruptedError as reason:
            show(release, "all", "skipped", str(reason))
        except Failed as error:
            show(release, "next step", "FAILED", str(error))
    return 1 if counts["FAILED"] else SKIPPED if not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())

"""Kills a program that uses the spool, after every step it takes and at random times, and looks at what is left.

Nothing acknowledged may be lost (requirements 33, 46): an added message is there and whole until its removal was asked for, an
acknowledged update is seen, a removed message stays away, no message is half there, no content file is left over. Rounds go on
in the same spool, so that it is also what earlier kills made of it.

Usage: crash_test.py SPOOL_WRITER [--random KILLS]     ./test --long, which sets TURNAWAY_TEST_LONG, kills more often
"""
import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

STEPS_MOST = 2000
STEPS = {"begun", "performed", "file synced", "folder synced", "committed", "told", "files removed"}
RANDOM_KILLS = 300 if os.environ.get("TURNAWAY_TEST_LONG") else 30
SEED = 7504


class Known:
    """What the writer was told, over all rounds in one spool."""

    def __init__(self):
        self.added, self.asked_add, self.updated = set(), set(), set()
        self.asked_update, self.asked_remove, self.removed = set(), set(), set()

    def read(self, output):
        sets = {
            ("ask", "add"): self.asked_add,
            ("told", "add"): self.added,
            ("ask", "update"): self.asked_update,
            ("told", "update"): self.updated,
            ("ask", "remove"): self.asked_remove,
            ("told", "remove"): self.removed,
        }
        for line in output.splitlines():
            verb, what, number = line.split()
            sets[verb, what].add(int(number))

    def faults(self, found):
        for number in sorted(self.added - self.asked_remove - found.keys()):
            yield f"message {number} was acknowledged and is lost"
        for number in sorted(self.removed & found.keys()):
            yield f"message {number} was removed and is back"
        for number in sorted(found.keys() - self.asked_add):
            yield f"message {number} was never there"
        for number, tries in found.items():
            if number in self.updated and tries != 2:
                yield f"the update of {number} was acknowledged and is lost"
            if number not in self.asked_update and tries != 0:
                yield f"message {number} has the state of another"


class Trial:
    def __init__(self, writer, folder):
        self.writer, self.folder, self.known = writer, folder, Known()

    def run(self, round_number, kill_after=None, seconds=None):
        """The name of the step it was killed after; "" when it ended by itself."""
        environment = dict(os.environ)
        environment.pop("TURNAWAY_KILL_AFTER", None)
        if kill_after is not None:
            environment["TURNAWAY_KILL_AFTER"] = str(kill_after)
        with subprocess.Popen([self.writer, self.folder, str(round_number)], env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            if seconds is not None:
                time.sleep(seconds)
                process.kill()
            output, errors = process.communicate(timeout=60)
        self.known.read(output)
        if process.returncode not in (0, -signal.SIGKILL):
            raise SystemExit(f"the writer ended with {process.returncode}: {errors}")
        return "" if process.returncode == 0 else errors.strip() or "at a random time"

    def faults(self):
        environment = {name: value for name, value in os.environ.items() if name != "TURNAWAY_KILL_AFTER"}
        result = subprocess.run([self.writer, self.folder, "check"], env=environment, capture_output=True, text=True,
                                timeout=60, check=False)
        found = {}
        for line in result.stdout.splitlines():
            _, number, tries = line.split()
            found[int(number)] = int(tries)
        if result.returncode != 0:
            yield f"the check ended with {result.returncode}: {result.stderr.strip()}"
        yield from self.known.faults(found)
        # One whose commit was cut off is set aside, since it may be all that is left of a message.
        files = sum(1 for file in pathlib.Path(self.folder, "content").iterdir() if file.suffix != ".orphan")
        big = sum(1 for number in found if number % 6 == 0)
        if files != big:
            yield f"{files} content files for {big} big messages"


def judge(trial, where, faults):
    for fault in trial.faults():
        faults.append(f"killed {where}: {fault}")


def kill_at_every_step(writer, base, faults):
    """Each in a spool of its own until a run ends by itself. Counts of steps vary with grouping, so names are collected."""
    steps = {}
    for number in range(1, STEPS_MOST):
        trial = Trial(writer, str(base / f"step{number}"))
        step = trial.run(0, kill_after=number)
        judge(trial, f"after step {number} ({step})", faults)
        if not step:
            break
        steps[step] = steps.get(step, 0) + 1
    else:
        faults.append(f"the writer has more than {STEPS_MOST} steps")
    # What the grouping of this run kept from every number.
    for name in sorted(STEPS - steps.keys()):
        trial = Trial(writer, str(base / name))
        if trial.run(0, kill_after=name) == name:
            steps[name] = 1
        judge(trial, f"after the step {name}", faults)
    return steps


def kill_at_random_times(writer, base, kills, faults):
    chance = random.Random(SEED)
    trial = Trial(writer, str(base / "random"))
    done = 0
    for round_number in range(kills):
        done += trial.run(round_number, seconds=chance.uniform(0.0, 0.12)) != ""
        judge(trial, f"at a random time in round {round_number}", faults)
    return done


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("writer")
    parser.add_argument("--random", type=int, default=RANDOM_KILLS)
    options = parser.parse_args()
    faults = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="turnaway_crash_") as folder:
        base = pathlib.Path(folder)
        steps = kill_at_every_step(options.writer, base, faults)
        at_random = kill_at_random_times(options.writer, base, options.random, faults)
    for fault in faults:
        print(fault)
    for name in sorted(STEPS - steps.keys()):
        faults.append(name)
        print(f"never killed after the step: {name}")
    kills = sum(steps.values()) + at_random
    print(f"{kills} kills ({at_random} at random times; {steps}) in {time.monotonic() - started:.1f} s, {len(faults)} faults")
    return 1 if faults or kills < 60 else 0


if __name__ == "__main__":
    sys.exit(main())

"""clang-tidy over src/: every check of .clang-tidy is an error. A file found clean is not looked at again until something changes.

Usage: clang_tidy.py [--deep] BUILD_FOLDER [FILE...]     without files every .cc of src/; exit status 1 if a file has a finding.

The analyzer follows calls of small functions only and analyses each larger function separately, which takes a quarter of the time, and
the slowest check is left out. With --deep it follows all calls and makes all checks (./test --long). A file that was clean with
--deep is clean without.

What a result depends on is its key: the source and each header it includes, generated ones too, by their content; the flags
of the compiler; .clang-tidy of its folders; the version of clang-tidy. Paths below the checkout count as relative, so another
checkout uses the same results. Only clean results are kept: a finding is looked for and printed again every time.

Most of the time goes into the headers, so sources are looked at in groups, by one file that includes several of them. A group is
only a quick way to find sources clean. What it finds is looked for once more in the single source, and so are sources that do not
compile together; a source with a `using` that it does not need itself is never in a group.

The results are in $TURNAWAY_TIDY_CACHE, else in the folder turnaway-tidy beside the cache of ccache, else in build/; the oldest
go first above FILES_MAX. As with ccache, a new header that would be found before one that was included is not noticed.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIDY, COMPILER = "clang-tidy-19", "clang++-19"
FORM = "1"  # of the keys; a new one makes all older results unknown
GROUP_MAX = 12
# Each function is analysed from its beginning too, though a caller has led the analyzer through it.
DEEP = ["--quiet", "--extra-arg=-Xclang", "--extra-arg=-analyzer-inlining-mode=all"]
OPTIONS = DEEP.copy()
# performance-unnecessary-value-param looks into every function of every header, and takes half of the time that all checks take.
SHALLOW = ["--extra-arg=-Xclang", "--extra-arg=-analyzer-config", "--extra-arg=-Xclang", "--extra-arg=mode=shallow",
           "--checks=-performance-unnecessary-value-param"]
BLAMED = re.compile(r"^(/[^:]+):\d+:\d+: (?:error|warning): ", re.MULTILINE)
UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
DECLARED = re.compile(r"(?!using [\w:]+;|using namespace|namespace|static_assert)(?=[a-zA-Z\[])"
                      r"[^(={;]*?(\w+)\s*(?:\[[^\]]*\]\s*)?(?:[(={;]|$)")
USING = re.compile(r"^using [\w:]+::(\w+);", re.MULTILINE)
FILES_MAX = 4000
VERSIONS_MAX = 8  # results kept for one text of a source, each for other headers


def text_of(command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def cache_folder():
    if "TURNAWAY_TIDY_CACHE" in os.environ:
        return pathlib.Path(os.environ["TURNAWAY_TIDY_CACHE"])
    try:
        ccache = text_of(["ccache", "--get-config", "cache_dir"]).strip()
    except (OSError, subprocess.CalledProcessError):  # not installed, or no home folder
        ccache = ""
    folder = (pathlib.Path(ccache).parent if ccache else pathlib.Path(os.path.expanduser("~/.cache"))) / "turnaway-tidy"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ROOT / "build" / "turnaway-tidy"
    return folder if os.access(folder, os.W_OK) else ROOT / "build" / "turnaway-tidy"


class Contents:
    """Digests of files, each read once, under names that do not depend on where the checkout is."""

    def __init__(self, build):
        self.places = (("{build}", str(build)), ("{source}", str(ROOT)))
        self.known = {}

    def portable(self, text):
        for name, place in self.places:
            text = text.replace(place, name)
        return text

    def path(self, name):
        for mark, place in self.places:
            name = name.replace(mark, place)
        return name

    def digest(self, name):
        if name not in self.known:
            try:
                content = pathlib.Path(self.path(name)).read_bytes()
                self.known[name] = hashlib.sha256(content).hexdigest()
            except OSError:
                self.known[name] = "absent"
        return self.known[name]

    def digest_of_all(self, names):
        return hashlib.sha256("\n".join(f"{name} {self.digest(name)}" for name in names).encode()).hexdigest()


class Cache:
    """Clean results: one small file for each text of a source, naming its headers and what they contained."""

    def __init__(self, folder, contents):
        self.folder, self.contents = folder, contents
        folder.mkdir(parents=True, exist_ok=True)

    def entries(self, key):
        try:
            return json.loads(zlib.decompress((self.folder / key[:2] / key).read_bytes()))
        except (OSError, ValueError, zlib.error):
            return []

    def is_clean(self, key):
        for entry in self.entries(key):
            if self.contents.digest_of_all(entry["files"]) == entry["digest"]:
                os.utime(self.folder / key[:2] / key)
                return True
        return False

    def remember(self, key, files, digest):
        path = self.folder / key[:2] / key
        path.parent.mkdir(exist_ok=True)
        kept = [entry for entry in self.entries(key) if entry["digest"] != digest][:VERSIONS_MAX - 1]
        text = json.dumps([{"files": files, "digest": digest}, *kept]).encode()
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as file:
            file.write(zlib.compress(text))
        os.replace(file.name, path)

    def trim(self):
        used = []
        for path in self.folder.glob("??/*"):
            try:
                used.append((path.stat().st_mtime, path))
            except OSError:
                continue  # another run has trimmed it
        for _, path in sorted(used)[:-FILES_MAX]:
            path.unlink(missing_ok=True)


class Flags:
    """How each source is compiled, without what concerns the object file only."""

    def __init__(self, build):
        self.commands = {}
        for entry in json.loads((build / "compile_commands.json").read_text()):
            words = shlex.split(entry["command"])
            while words and not words[0].endswith("clang++-19"):  # env and ccache
                words.pop(0)
            path = pathlib.Path(entry["directory"], entry["file"]).resolve()
            self.commands[path] = self.without_output(words[1:])

    @staticmethod
    def without_output(words):
        kept = []
        words = iter(words)
        for word in words:
            if word in ("-o", "-c", "-MF", "-MT", "-include-pch"):
                next(words)
            elif word != "-MD":
                kept.append(word)
        return kept

    def of(self, path):
        if path not in self.commands:
            raise SystemExit(f"{path} is not compiled by this build: run cmake --preset release -DBUILD_TESTING=ON")
        return self.commands[path]


class Check:
    """One source: its key, the headers it has now, and what clang-tidy says."""

    def __init__(self, path, flags, contents, version):
        self.path, self.flags, self.contents = path, flags.of(path), contents
        rules = [folder / ".clang-tidy" for folder in path.parents if folder.is_relative_to(ROOT)]
        name = contents.portable(str(path))
        parts = [name, contents.digest(name), contents.portable(shlex.join(self.flags)),
                 *(contents.digest(contents.portable(str(rule))) for rule in rules)]
        self.key, self.deep_key = (hashlib.sha256("\0".join([FORM, version, *options, *parts]).encode()).hexdigest()
                                   for options in (OPTIONS, DEEP))

    def headers(self):
        rule = text_of([COMPILER, *self.flags, "-M", str(self.path)])
        words = shlex.split(rule.replace("\\\n", " "))[1:]
        return [self.contents.portable(os.path.normpath(os.path.join(ROOT, word))) for word in words]

    def names(self):
        """What it declares for itself, and would declare twice in a group with another that does."""
        blocks = UNNAMED.findall(self.path.read_text())
        lines = [re.sub(r"( final)? : .*", " {", line) for block in blocks for line in block.splitlines()]
        return {match.group(1) for match in map(DECLARED.match, lines) if match}

    def needs_each_using(self):
        text = re.sub(r"^#.*|//.*", "", self.path.read_text(), flags=re.MULTILINE)
        return all(len(re.findall(rf"\b{name}\b", text)) > 1 for name in USING.findall(text))

    def group(self):
        return [self.path.parent, self.flags]

    def run(self, cache):
        """The findings, empty for a clean source."""
        try:
            files = self.headers()
        except subprocess.CalledProcessError as error:
            return error.stderr
        digest = self.contents.digest_of_all(files)
        findings = findings_of([str(self.path)], self.flags)
        if not findings:
            cache.remember(self.key, files, digest)
        return findings


def findings_of(words, flags):
    done = subprocess.run([TIDY, *OPTIONS, *words, "--", *flags], capture_output=True, text=True, check=False, cwd=ROOT)
    findings = done.stdout.strip()
    if done.returncode == 0 or findings:
        return findings
    return done.stderr.strip() or f"{TIDY} ended with status {done.returncode}"


def groups_of(checks):
    """Lists of checks that can be looked at together, and of single ones."""
    uses = collections.Counter(name for check in checks for name in check.names())
    groups = []
    for check in sorted(checks, key=lambda check: -sum(uses[name] > 1 for name in check.names())):
        names, is_alone = check.names(), not check.needs_each_using()
        for group in groups if not is_alone else []:
            if group["like"] == check.group() and len(group["checks"]) < GROUP_MAX and not names & group["names"]:
                group["checks"].append(check)
                group["names"] |= names
                break
        else:
            groups.append({"like": None if is_alone else check.group(), "checks": [check], "names": names})
    return sorted((group["checks"] for group in groups), key=len, reverse=True)


def run_group(checks, cache):
    """Pairs of a check and its findings."""
    if len(checks) == 1:
        return [(checks[0], checks[0].run(cache))]
    try:
        known = [(check, files, check.contents.digest_of_all(files)) for check in checks for files in [check.headers()]]
    except subprocess.CalledProcessError:
        return [(check, check.run(cache)) for check in checks]
    with tempfile.TemporaryDirectory(prefix="turnaway-tidy-") as folder:
        rules = pathlib.Path(folder, "rules")
        source = pathlib.Path(folder, "UnifiedSource.cc")  # by this name the analyzer knows that what it includes are sources
        rules.write_text(text_of([TIDY, "--dump-config", str(checks[0].path), "--"]))
        source.write_text("".join(f'#include "{check.path}"  // NOLINT\n' for check in checks))
        findings = findings_of([f"--config-file={rules}", str(source)], checks[0].flags)
    blamed = set(BLAMED.findall(findings))
    is_whole = "[clang-diagnostic-error" not in findings and blamed <= {str(check.path) for check in checks}
    if findings and not (blamed and is_whole):
        return [(check, check.run(cache)) for check in checks]
    results = []
    for check, files, digest in known:
        if str(check.path) in blamed:
            results.append((check, check.run(cache)))
        else:
            cache.remember(check.key, files, digest)
            results.append((check, ""))
    return results


def make_generated_headers(build):
    targets = text_of(["ninja", "-C", str(build), "-t", "targets", "all"])
    made = sorted({line.split(":")[0] for line in targets.splitlines() if ": CUSTOM_COMMAND" in line and ".inc:" in line})
    if made:
        done = subprocess.run(["ninja", "-C", str(build), *made], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"The generated headers cannot be made:\n{done.stdout}")


def main():
    parser = argparse.ArgumentParser(description="clang-tidy over src/")
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if not arguments.deep:
        OPTIONS.extend(SHALLOW)
    build = arguments.build.resolve()
    paths = [path.resolve() for path in arguments.files] or sorted((ROOT / "src").rglob("*.cc"))
    make_generated_headers(build)
    contents, flags, version = Contents(build), Flags(build), text_of([TIDY, "--version"])
    cache = Cache(cache_folder(), contents)
    start = time.monotonic()
    checks = [Check(path, flags, contents, version) for path in paths]
    unknown = [check for check in checks if not (cache.is_clean(check.key) or cache.is_clean(check.deep_key))]
    found = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for run in concurrent.futures.as_completed([pool.submit(run_group, group, cache) for group in groups_of(unknown)]):
            for check, findings in run.result():
                if findings:
                    found += 1
                    print(f"{check.path.relative_to(ROOT)}:\n{findings}", flush=True)
    cache.trim()
    print(f"clang-tidy: {len(checks)} files, {len(checks) - len(unknown)} known to be clean, {len(unknown)} looked at "
          f"in {time.monotonic() - start:.0f} s, {found} with findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

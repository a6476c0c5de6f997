"""tools/release in a clone: the version is set everywhere and tagged, the files and their checksums are made, and what cannot be released is refused.

Without packages, which tests/packages/ builds.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IDENTITY = {"GIT_AUTHOR_NAME": "ann", "GIT_AUTHOR_EMAIL": "ann@example.org", "GIT_COMMITTER_NAME": "ann", "GIT_COMMITTER_EMAIL": "ann@example.org"}
VERSION = "987.0.0"  # higher than any


class ReleaseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.clone = pathlib.Path(folder.name, "turnaway")
        self.clone.mkdir()
        # The files as they are, also those not committed yet.
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
        present = b"\0".join(name for name in listed.stdout.split(b"\0") if name and (ROOT / os.fsdecode(name)).exists())
        archive = subprocess.run(["tar", "--create", "--null", "--files-from=-"], cwd=ROOT, input=present, capture_output=True, check=True)
        subprocess.run(["tar", "--extract"], cwd=self.clone, input=archive.stdout, check=True)
        self.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\nMuch is new.\n")
        self.git("init", "--quiet")
        self.commit("The beginning")

    def write(self, name, text):
        (self.clone / name).write_text(text)

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.clone, env=os.environ | IDENTITY, capture_output=True, text=True, check=True).stdout

    def commit(self, subject):
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", subject)

    def release(self, version=VERSION, options=("--trial",), **environment):
        """Without DEBEMAIL of the environment."""
        own = {name: value for name, value in os.environ.items() if name not in ("DEBEMAIL", "DEBFULLNAME")}
        return subprocess.run(["tools/release", *options, "--without-packages", version], cwd=self.clone, env=own | IDENTITY | environment,
                              capture_output=True, text=True)

    def test_a_release(self):
        done = self.release()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"project(turnaway VERSION {VERSION} ", (self.clone / "CMakeLists.txt").read_text())
        images = set(re.findall(r"image: turnaway:(\S+)", (self.clone / "etc/container/compose.yaml").read_text()))
        self.assertEqual(images, {VERSION})
        changes = (self.clone / "debian/changelog").read_text()
        self.assertTrue(changes.startswith(f"turnaway ({VERSION}) unstable"), changes[:200])
        self.assertIn("\n  * The beginning\n", changes)
        self.assertIn(f"\n## {VERSION}\n", (self.clone / "CHANGELOG.md").read_text())
        self.assertEqual(self.git("tag"), f"v{VERSION}\n")
        folder = self.clone / f"build/release-{VERSION}"
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
        bom = json.loads((folder / f"turnaway-{VERSION}.spdx.json").read_text())
        self.assertEqual((bom["spdxVersion"], bom["packages"][0]["versionInfo"]), ("SPDX-2.3", VERSION))
        first = (folder / "SHA256SUMS").read_text()
        self.assertEqual(self.release().returncode, 0, "it can be repeated")
        self.assertEqual((folder / "SHA256SUMS").read_text(), first, "with the same bytes")

    def test_the_maintainer(self):
        refused = self.release(options=())
        self.assertIn("set DEBFULLNAME and DEBEMAIL, or try with --trial", refused.stderr)
        self.assertIn("to the address alone", self.release(options=(), DEBEMAIL="Ann <ann@example.org>").stderr)
        self.assertEqual((self.git("tag"), self.git("status", "--porcelain")), ("", ""))
        done = self.release(options=(), DEBFULLNAME="Ann & Bob", DEBEMAIL="ann@example.org")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\nMaintainer: Ann & Bob <ann@example.org>\n", (self.clone / "debian/control").read_text())
        self.assertIn("\n -- Ann & Bob <ann@example.org>  ", (self.clone / "debian/changelog").read_text().split("\nturnaway (")[0])
        self.assertEqual(self.release(options=()).returncode, 0, "the tag has the maintainer")

    def test_the_version_of_the_checkout(self):
        """Its entry in debian/changelog is there already; the maintainer is set there too."""
        version = re.search(r"project\(turnaway VERSION (\S+) ", (self.clone / "CMakeLists.txt").read_text())[1]
        self.write("CHANGELOG.md", f"# Changelog\n\n## {version}\n\nMuch is new.\n")
        self.commit("The changelog")
        done = self.release(version, options=(), DEBFULLNAME="Ann", DEBEMAIL="ann@example.org")
        self.assertEqual(done.returncode, 0, done.stderr)
        changes = (self.clone / "debian/changelog").read_text()
        self.assertEqual((changes.count(f"turnaway ({version})"), changes.count("\n -- Ann <ann@example.org>  ")), (1, 1))

    def test_what_cannot_be_released(self):
        for version, words in ((VERSION.rpartition(".")[0], "is not a version"), ("0.0.1", "lower than the version of this checkout")):
            self.assertIn(words, self.release(version).stderr)
        self.write("CHANGELOG.md", "# Changelog\n")
        self.assertIn("changes that are not committed", self.release().stderr)
        self.commit("Nothing in the changelog")
        self.assertIn("neither '## Unreleased' nor", self.release().stderr)
        self.assertEqual(self.git("tag"), "")


if __name__ == "__main__":
    if not (ROOT / ".git").exists():
        print("skipped: this is not a git checkout")
        sys.exit(77)
    unittest.main()

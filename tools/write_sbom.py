"""The SBOM of a release: SPDX 2.3 in JSON, FOLDER/turnaway-VERSION.spdx.json. Usage: write_sbom.py VERSION TIME FOLDER

Lists the source tarball, each package (FOLDER/RELEASE/*.deb) and each Debian package that one depends on, as its control data says. The same
input gives the same bytes: TIME is that of the commit. Known gap: header-only libraries that are compiled in come from Build-Depends.
"""
import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPILED_IN = ["libboost-dev", "libcli11-dev", "libtomlplusplus-dev", "nlohmann-json3-dev"]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def identifier(*words):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(words))


def field(deb, name):
    return subprocess.run(["dpkg-deb", "-f", deb, name], capture_output=True, text=True, check=True).stdout.strip()


def entry(ident, name, version, licence, checksum=None, file_name=None):
    made = {"SPDXID": ident, "name": name, "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": licence,
            "licenseDeclared": licence, "copyrightText": "NOASSERTION"}
    if version:
        made["versionInfo"] = version
    if file_name:
        made["packageFileName"] = file_name
    if checksum:
        made["checksums"] = [{"algorithm": "SHA256", "checksumValue": checksum}]
    return made


def sbom(version, time, folder):
    document = "SPDXRef-DOCUMENT"
    packages, relations = {}, []

    def add(made):
        packages.setdefault(made["SPDXID"], made)
        return made["SPDXID"]

    def relate(one, kind, other):
        relations.append({"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other})

    tarball = folder / f"turnaway-{version}.tar.gz"
    source = add(entry("SPDXRef-source", "turnaway", version, "Apache-2.0", sha256(tarball), tarball.name))
    relate(document, "DESCRIBES", source)
    for name in COMPILED_IN:
        if name not in (ROOT / "debian/control").read_text():
            raise SystemExit(f"tools/write_sbom.py: debian/control does not name {name}")
        relate(add(entry(identifier("build", name), name, "", "NOASSERTION")), "BUILD_DEPENDENCY_OF", source)
    for deb in sorted(folder.glob("*/*.deb")):
        release, name = deb.parent.name, field(deb, "Package")
        package = add(entry(identifier(release, name), name, field(deb, "Version"), "Apache-2.0", sha256(deb), f"{release}/{deb.name}"))
        relate(document, "DESCRIBES", package)
        relate(package, "GENERATED_FROM", source)
        for dependency in filter(None, (part.strip() for part in field(deb, "Depends").split(","))):
            needed, least = re.match(r"(\S+?)(?::any)?(?: \(([^)]*)\))?(?: \||$)", dependency).groups()
            if needed.startswith(("turnaway", "libturnaway")):
                relate(package, "DEPENDS_ON", identifier(release, needed))
            else:
                relate(package, "DEPENDS_ON", add(entry(identifier(release, needed), needed, (least or "").replace(">= ", ""), "NOASSERTION")))
    seed = hashlib.sha256(json.dumps([packages, relations]).encode()).hexdigest()[:32]
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": document, "name": f"turnaway-{version}",
            "documentNamespace": f"https://turnaway.example/spdx/turnaway-{version}-{seed}",
            "creationInfo": {"created": utc(time), "creators": ["Tool: tools/write_sbom.py"]},
            "packages": list(packages.values()), "relationships": relations}


def utc(time):
    return datetime.datetime.fromisoformat(time).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def main():
    version, time, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    text = json.dumps(sbom(version, time, folder), indent=1)
    (folder / f"turnaway-{version}.spdx.json").write_text(text + "\n")


main()

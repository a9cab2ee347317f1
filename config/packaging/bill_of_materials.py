#!/usr/bin/env python3
"""Writes the SBOM (SPDX 2.3) and the copyright file of the package: the resolved versions of what is linked into the
executable, the Swift runtime, and the libraries that the executable loads.

bill_of_materials.py --version V --checkouts FOLDER --executable FILE --sbom FILE --copyright FILE
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

APACHE_SWIFT = "Apache-2.0 WITH Swift-exception"


def licence(folder):
    """The SPDX name of a checkout's licence, and its texts of notice."""
    text = next((file.read_text() for name in ("LICENSE.txt", "LICENSE") if (file := folder / name).exists()), "")
    if "Apache License" in text:
        name = APACHE_SWIFT if "Runtime Library Exception" in text else "Apache-2.0"
    elif "MIT License" in text:
        name = "MIT"
    else:
        raise SystemExit(f"{folder}: its licence is not known here: look at it, and add it")
    notice = folder / "NOTICE.txt"
    return name, text, notice.read_text() if notice.exists() else ""


def checkout_folder(checkouts, location):
    return checkouts / location.rsplit("/", 1)[1].removesuffix(".git")


def package(name, version, licence_name, **more):
    return {
        "name": name,
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": licence_name,
        "licenseDeclared": licence_name,
        "copyrightText": "NOASSERTION",
    } | more


def purl(locator):
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}]


def swift_packages(checkouts):
    """The packages of Package.resolved; those that the manifest pins itself say so."""
    exact = dict(re.findall(r'url: "([^"]+)", exact: "([^"]+)"', Path("Package.swift").read_text()))
    for pin in json.loads(Path("Package.resolved").read_text())["pins"]:
        location, state = pin["location"], pin["state"]
        if exact.get(location, state["version"]) != state["version"]:
            raise SystemExit(f"{location}: the manifest pins {exact[location]}, and {state['version']} is resolved")
        name, *_ = licence(checkout_folder(checkouts, location))
        place = location.removeprefix("https://").removesuffix(".git")
        yield package(
            pin["identity"],
            state["version"],
            name,
            downloadLocation=f"git+{location}@{state['revision']}",
            externalRefs=purl(f"pkg:swift/{place}@{state['version']}"),
            comment="pinned by the manifest" if location in exact else "resolved: a dependency of a dependency",
        )


def runtime():
    """The Swift runtime, which is linked statically; it brings Foundation and ICU."""
    told = subprocess.check_output(["swift", "--version"], text=True, stderr=subprocess.DEVNULL)
    found = re.search(r"Swift version (\S+)", told)
    yield package(
        "swift-runtime",
        found[1],
        APACHE_SWIFT,
        downloadLocation="https://www.swift.org/install/linux/",
        comment="Standard library, Dispatch and Foundation with ICU (Unicode-3.0), linked statically.",
    )


def libraries(executable):
    """Debian's packages of the shared libraries that the executable loads."""
    listing = subprocess.check_output(["ldd", str(executable)], text=True)
    names = set()
    for path in re.findall(r"=> (/\S+)", listing):
        for candidate in (path, os.path.realpath(path), "/usr" + path, path.removeprefix("/usr")):
            owner = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True)
            if owner.returncode == 0:
                names.add(owner.stdout.split(":")[0])
                break
        else:
            raise SystemExit(f"{path} belongs to no package")
    for name in sorted(names):
        version = subprocess.check_output(["dpkg-query", "-W", "-f", "${Version}\n", name], text=True).split("\n")[0]
        yield package(
            name,
            version,
            "NOASSERTION",
            externalRefs=purl(f"pkg:deb/debian/{name}@{version}"),
            comment="loaded at run time; the version is that of the building machine",
        )


def write_sbom(path, version, executable, linked, loaded):
    sha256 = hashlib.sha256(executable.read_bytes()).hexdigest()
    own = package(
        "secret-rotator",
        version,
        "NOASSERTION",
        primaryPackagePurpose="APPLICATION",
        checksums=[{"algorithm": "SHA256", "checksumValue": sha256}],
        comment="The checksum is that of /usr/bin/secret-rotator.",
    )
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
    relationships = [("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"])]
    relationships += [(own["SPDXID"], "DEPENDS_ON", part["SPDXID"]) for part in linked]
    relationships += [(own["SPDXID"], "DYNAMIC_LINK", part["SPDXID"]) for part in loaded]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"secret-rotator-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/secret-rotator-{version}-{sha256}",
        "creationInfo": {"created": created, "creators": ["Tool: secret-rotator/config/packaging/build"]},
        "packages": [own, *linked, *loaded],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
            for one, kind, other in relationships
        ],
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def write_copyright(path, checkouts, packages):
    """Names each linked package with its licence, its notice, and the licence's text where Debian does not ship it."""
    parts = [Path(__file__).with_name("debian").joinpath("copyright").read_text()]
    for one in packages:
        place = one["downloadLocation"]
        parts.append(f"\n{one['name']} {one['versionInfo']}\n  {place}\n  Licence: {one['licenseConcluded']}\n")
        if not place.startswith("git+"):
            continue
        name, text, notice = licence(checkout_folder(checkouts, place.removeprefix("git+").rsplit("@", 1)[0]))
        for extra in [text] if name == "MIT" else [notice]:
            parts += [f"  {line}".rstrip() + "\n" for line in extra.strip().splitlines()]
    path.write_text("".join(parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkouts", "executable", "sbom", "copyright"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--version", required=True)
    options = parser.parse_args()
    if not shutil.which("dpkg-query"):
        raise SystemExit("dpkg-query is missing: this runs on Debian")
    linked = [*swift_packages(options.checkouts), *runtime()]
    write_sbom(options.sbom, options.version, options.executable, linked, list(libraries(options.executable)))
    write_copyright(options.copyright, options.checkouts, linked)


main()

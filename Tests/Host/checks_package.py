"""What installation, upgrade, removal and purge of the package do."""

import re
import subprocess
import tempfile
from pathlib import Path

from machine import Failed
from rotator import CONFIGURATION, SERVICE, STATE, drop_in, entries, property_of, put_token, rotator, wait_until_active

# How to take back a migration of the history, the newest first: the machine's database is then an older version's.
UNDO = {
    "witnesses": "DROP TABLE audit_cosignatures; DROP TABLE audit_witnesses;",
    # They are made anew, whatever is there.
    "views": "",
}


def install(host, package):
    """Copies a package to the machine and installs it."""
    with open(package, "rb") as file:
        Path(f"{host.root}/var/cache/package.deb").write_bytes(file.read())
    return host.run("dpkg", "--install", "/var/cache/package.deb", seconds=120).require()


def installs_and_starts_nothing(host):
    """The package installs, and starts and enables nothing"""
    said = install(host, host.package).output
    assert "not configured, and not started" in said, said
    for unit in (SERVICE, "secret-rotator-verify.timer"):
        state = host.run("systemctl", "is-enabled", unit).output + host.run("systemctl", "is-active", unit).output
        assert state == "disabled\ninactive\n", f"{unit}: {state}"


def makes_users_and_folders(host):
    """Users, groups and folders have the documented owners and modes"""
    host.run("getent", "group", "secret-rotator-operators", "secret-rotator-audit").require()
    expected = {
        STATE: "secret-rotator:secret-rotator:711",
        f"{STATE}/history": "secret-rotator:secret-rotator-audit:2750",
        "/var/log/secret-rotator": "secret-rotator:secret-rotator-audit:2750",
        "/etc/secret-rotator/tokens": "root:secret-rotator:750",
    }
    for path, owner in expected.items():
        found = host.run("stat", "-c", "%U:%G:%a", path).require().output.strip()
        assert found == owner, f"{path}: {found}"


def brings_documentation(host):
    """Manual pages, guides, completions, examples and the SBOM are there"""
    paths = ["man/man1/secret-rotator.1.gz", "man/man8/secret-rotator.8.gz", "doc/secret-rotator/sbom.spdx.json"]
    paths += [f"man/man5/secret-rotator{name}.5.gz" for name in (".yaml", "-schedules", "-plug-in")]
    paths += [f"doc/secret-rotator/{name}.schema.json" for name in ("json-output", "audit-entry")]
    paths += ["bash-completion/completions/secret-rotator", "zsh/vendor-completions/_secret-rotator"]
    paths += ["fish/vendor_completions.d/secret-rotator.fish"]
    paths += [f"doc/secret-rotator/examples/{name}" for name in ("alerts.yaml", "grafana-dashboard.json")]
    guides = ("secret-rotator", "Operating", "Auditing", "Verification", "Security", "RotationCore/AuditEvents")
    paths += [f"doc/secret-rotator/guides/{name}.md" for name in guides]
    paths += ["doc/secret-rotator/examples/verify.py"]
    for path in paths:
        host.run("test", "-s", f"/usr/share/{path}").require()
    return links_lead_somewhere(host, "/usr/share/doc/secret-rotator/guides")


def links_lead_somewhere(host, folder):
    """Each link of a guide, and each file of the package that it names, is there."""
    count = 0
    for page in Path(f"{host.root}{folder}").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        links = [page.parent / link for link in re.findall(r"\]\(([^):]+?)(?:#[\w-]+)?\)", text) if link]
        files = [f"{host.root}{path}" for path in re.findall(r"`(/usr/share/[\w./-]+)`", text)]
        for path in map(Path, [*links, *files]):
            assert path.exists(), f"{page.name}: there is no {path}"
            count += 1
        assert "doc:" not in text, f"{page.name}: a link is left"
    assert count > 100, f"only {count} links"
    return f"{count} links"


def is_configured_by_its_readme(host):
    """It is configured as its README.Debian says"""
    users = {"alice": "secret-rotator-operators", "audrey": "secret-rotator-audit", "mallory": "users"}
    for user, group in users.items():
        host.run("useradd", "--create-home", "--groups", group, user).require()
    host.write("/etc/secret-rotator/secret-rotator.yaml", CONFIGURATION)
    rotator(host, "keygen", "staging", "--output", "/etc/secret-rotator/staging.key").require()
    audit = ("--output", "/etc/secret-rotator/audit.key", "--origin", "host.example/secret-rotator")
    host.verifier = rotator(host, "keygen", "audit", *audit).require().output.strip()
    put_token(host, "sandbox-token\n")
    drop_in(host, "audit-key", "[Service]\nLoadCredential=audit-key:/etc/secret-rotator/audit.key\n")


def upgrades_to_itself(host):
    """The same package again restarts the daemon, and changes no configuration"""
    process, count = property_of(host, "MainPID"), len(entries(host))
    said = install(host, host.package)
    assert "conffile" not in said.output + said.errors, said.output
    assert wait_until_active(host) != process
    assert len(entries(host)) > count


def upgrades_across_a_migration(host):
    """A newer version migrates an older history when it starts, and loses no entry of it"""
    host.run("systemctl", "stop", SERVICE, seconds=90).require()
    before = entries(host)
    names = migrations(host)
    undone = []
    while set(UNDO) - set(undone):
        name = names.pop()
        if name not in UNDO:
            raise Failed(f"say in UNDO how to take back the migration {name}")
        forget = f"DELETE FROM migrations WHERE name = '{name}'; PRAGMA user_version = {len(names)};"
        database(host, UNDO[name] + forget)
        undone.append(name)
    install(host, newer(host))
    assert property_of(host, "ActiveState") == "inactive", "it was stopped, and the upgrade has started it"
    assert migrations(host) == names
    host.run("systemctl", "start", SERVICE).require()
    wait_until_active(host)
    assert migrations(host) == [*names, *reversed(undone)]
    assert entries(host)[: len(before)] == before
    rotator(host, "audit", "verify").require()
    rotator(host, "rotate-now", "db_password", "--wait", seconds=90).require()
    return f"migrated: {', '.join(reversed(undone))}"


def newer(host):
    """The same package with a higher version."""
    folder = tempfile.mkdtemp(dir=host.folder)
    package = Path(folder) / "newer.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", host.package, f"{folder}/root"], check=True)
    control = Path(folder) / "root/DEBIAN/control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 99:", 1))
    build = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", f"{folder}/root", str(package)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    return package


def database(host, statement):
    """What the owner's sqlite3 says; the daemon must be stopped for a change."""
    return host.run("sqlite3", f"{STATE}/rotator.db", statement, user="secret-rotator").require().output.splitlines()


def migrations(host):
    """The applied migrations, in order."""
    return database(host, "SELECT name FROM migrations ORDER BY rowid")


def removal_keeps_data(host):
    """Removal stops the daemon and keeps configuration, keys and data"""
    host.run("dpkg", "--remove", "secret-rotator", seconds=120).require()
    assert host.run("systemctl", "is-active", SERVICE).output.strip() in ("inactive", "failed")
    host.run("test", "!", "-e", "/usr/bin/secret-rotator").require()
    for path in (f"{STATE}/rotator.db", "/etc/secret-rotator/staging.key", "/etc/secret-rotator/secret-rotator.yaml"):
        host.run("test", "-s", path).require()


def purge_deletes_all(host):
    """Purge deletes data, keys, tokens and configuration, and leaves no unit behind"""
    host.run("dpkg", "--purge", "secret-rotator", seconds=120).require()
    for path in (STATE, "/etc/secret-rotator", "/var/log/secret-rotator", "/etc/apparmor.d/secret-rotator"):
        host.run("test", "!", "-e", path).require()
    left = host.shell("find /etc/systemd /lib/systemd /var/lib/systemd -name 'secret-rotator*' ! -type d").output
    # The host's own drop-ins stay: the package has not made them.
    left = "".join(line for line in left.splitlines() if ".service.d/" not in line)
    assert left == "", left
    processes = host.shell("find /proc -maxdepth 1 -name '[0-9]*' -user secret-rotator").output
    assert processes == "", f"processes are left: {processes}"


INSTALLATION = [installs_and_starts_nothing, makes_users_and_folders, brings_documentation, is_configured_by_its_readme]
UPGRADE_AND_REMOVAL = [upgrades_to_itself, upgrades_across_a_migration, removal_keeps_data, purge_deletes_all]

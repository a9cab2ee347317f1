"""Plug-ins: what one can't read, and many rotations at the same time through one that is a unit of its own."""

import json
import time
from collections import Counter

from machine import until
from rotator import CONFIGURATION, HUB, SERVICE, STATE, entries, patches, requests, rotator, wait_until_active

CONFIGURATION_FILE = "/etc/secret-rotator/secret-rotator.yaml"
GENERATORS = "/etc/secret-rotator/generators"
SOCKETS = "/run/secret-rotator-plugins"
SYSTEM = "/etc/systemd/system"
UNITS = "/lib/systemd/system"

# What no plug-in may read, and last what any may: a thief that finds nothing must be able to find something.
TREASURES = (
    "/etc/secret-rotator/tokens/local",
    "/etc/secret-rotator/staging.key",
    "/run/credentials/secret-rotator.service/staging-key",
    f"{STATE}/rotator.db",
    f"{STATE}/rotator.db.candidates",
    "/etc/os-release",
)

THIEF = f"""\
#!/bin/sh
# Answers which files it could open.
read -r question
case $question in *'"step":"generate"'*) ;; *) exit 64 ;; esac
for file in {' '.join(TREASURES)}; do
    if (exec 3<"$file") 2>/dev/null; then opened="$opened $file"; fi
done
rest=${{question#*\\"rotation\\":\\"}}
printf '{{"value":"opened%s in %s"}}' "$opened" "${{rest%%\\"*}}"
"""

# Keeps the credential of each secret in a file of a folder, by the shell alone: it starts no other program.
LOAD_FOLDER = "/var/lib/load"
LOAD = f"""\
#!/bin/sh
set -eu
read -r question
word() {{ rest=${{question#*\\"$1\\":\\"}}; printf %s "${{rest%%\\"*}}"; }}
file={LOAD_FOLDER}/$(word alias)
case $(word step) in
generate) printf '{{"value":"made-%s"}}' "$(word rotation)" ;;
install) word value >"$file" && echo '{{}}' ;;
test) read -r now <"$file" || true; [ "$now" = "$(word value)" ] && echo '{{}}' ;;
finish) printf x >>"$file.finished" && echo '{{}}' ;;
*) exit 64 ;;
esac
"""


def rotate_thief(host):
    """Rotates by the thief, and returns the files that it could open."""
    rotator(host, "rotate-now", "thief", "--wait", seconds=90).require()
    opened, _, _ = patches(host, "thief")[-1].removeprefix("opened").partition(" in ")
    return opened.split()


def add_unit(host, name, service):
    """Copies the units of the plug-in postgresql under another name, as the guide says, with a service of its own."""
    socket = host.run("cat", f"{UNITS}/secret-rotator-plugin-postgresql.socket").require().output
    host.write(f"{SYSTEM}/secret-rotator-plugin-{name}.socket", socket.replace("postgresql", name))
    serve = f"ExecStart=/usr/bin/secret-rotator plug-in serve {name} --caller secret-rotator --lock %t/%p/lock"
    host.write(f"{SYSTEM}/secret-rotator-plugin-{name}@.service", f"[Service]\n{serve}\n{service}")
    host.run("systemctl", "daemon-reload").require()
    host.run("systemctl", "start", f"secret-rotator-plugin-{name}.socket").require()


def plug_in_reads_nothing(host):
    """A plug-in reads no token, key or database: as the daemon's own process, and as a unit"""
    for path in TREASURES:
        host.run("test", "-e", path).require()
    host.write(f"{GENERATORS}/thief", THIEF, 0o755)
    rotator(host, "secret", "create", "thief", "--allowed-workspaces", "all", input="old").require()
    generator = ("--generator", "{type: command, command: thief}")
    rotator(host, "schedule", "add", "thief", "--every", "30d", "--min-interval", "0s", *generator).require()
    assert rotate_thief(host) == ["/etc/os-release"], patches(host, "thief")[-1]
    host.write(CONFIGURATION_FILE, CONFIGURATION + f"generators: {{sockets: {SOCKETS}}}\n")
    add_unit(host, "thief", "User=secret-rotator-thief\n")
    host.run("systemctl", "restart", SERVICE, seconds=90).require()
    wait_until_active(host)
    assert rotate_thief(host) == ["/etc/os-release"], patches(host, "thief")[-1]


def create_secrets(host, aliases):
    """Creates secrets at the hub, by one process."""
    calls = "next\n".join(
        f'url = "{HUB}/api/v2/aihub/secrets"\nheader = "Authorization: Bearer sandbox-token"\n'
        'header = "Content-Type: application/json"\noutput = "/dev/null"\nfail\n'
        + "data = " + json.dumps(json.dumps({"alias": alias, "value": "old", "allowed_workspaces_type": "ALL"})) + "\n"
        for alias in aliases
    )
    host.run("curl", "--silent", "--show-error", "--config", "-", input=calls, seconds=120).require()


def plug_in_unit_bears_load(host):
    """Many rotations at once through a plug-in unit: each has each step once, and none fails or is put off"""
    count = host.load
    aliases = {f"load_{number}" for number in range(count)}
    host.run("useradd", "--system", "load").require()
    host.run("install", "-d", "-o", "load", "-m", "700", LOAD_FOLDER).require()
    host.write(f"{GENERATORS}/load", LOAD, 0o755)
    add_unit(host, "load", f"DynamicUser=no\nUser=load\nReadWritePaths={LOAD_FOLDER}\n")
    create_secrets(host, aliases)
    generator = "{type: command, command: load, timeout: 60s}"
    schedules = "".join(f"  - {{secret: {one}, every: 30d, generator: {generator}}}\n" for one in aliases)
    host.write("/var/tmp/load.yaml", "schedules:\n" + schedules)
    rotator(host, "schedule", "apply", "-f", "/var/tmp/load.yaml", seconds=120).require()
    started = time.monotonic()
    rotator(host, "rotate-now", *aliases, seconds=120).require()
    finished = lambda: host.shell(f"ls {LOAD_FOLDER} | grep -c finished || true").output.strip() == str(count)
    until("all are finished", finished, 60 + count)
    took = time.monotonic() - started
    ends = Counter(
        entry["event"]
        for entry in entries(host)
        if entry.get("alias") in aliases and entry["event"].startswith("rotation.")
    )
    assert ends["rotation.opened"] == ends["rotation.succeeded"] == count, ends
    assert not ends["rotation.failed"] and not ends["rotation.deferred"], ends
    repeated = host.shell(f"find {LOAD_FOLDER} -name '*.finished' -size +1c | wc -l").require().output.strip()
    assert repeated == "0", f"finish was repeated for {repeated}"
    updated = Counter(one["alias"] for one in requests(host, "PATCH"))
    assert all(updated[alias] == 1 for alias in aliases), "not each secret was updated once"
    host.write(CONFIGURATION_FILE, CONFIGURATION)
    host.shell(f"systemctl stop 'secret-rotator-plugin-*.socket'; rm {SYSTEM}/secret-rotator-plugin-*; "
        f"systemctl daemon-reload; systemctl restart {SERVICE}", seconds=90).require()
    wait_until_active(host)
    return f"{count} in {took:.1f} s"


CHECKS = [plug_in_reads_nothing, plug_in_unit_bears_load]

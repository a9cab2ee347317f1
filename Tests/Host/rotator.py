"""The installed secret-rotator on the machine: its configuration, and what it shows."""

import json

from machine import until

SERVICE = "secret-rotator.service"
STATE = "/var/lib/secret-rotator"
COPY = f"{STATE}/history/rotator-history.db"
HUB = "http://127.0.0.1:8642"

EXAMPLES = "/usr/share/doc/secret-rotator/examples"

CONFIGURATION = f"""\
database: {STATE}/rotator.db
control: /run/secret-rotator/control.sock
hubs:
  local: {{url: "{HUB}/api", context: none, token: "file:/etc/secret-rotator/tokens/local"}}
keys: {{staging: "credential:staging-key", audit: "credential:audit-key"}}
roles:
  operators: {{groups: [secret-rotator-operators]}}
  auditors: {{groups: [secret-rotator-audit]}}
audit: {{origin: host.example/secret-rotator, checkpoint_file: /var/log/secret-rotator/checkpoints}}
"""


def rotator(host, *arguments, **options):
    """Runs the installed program."""
    return host.run("secret-rotator", *arguments, **options)


def lines(result):
    """The objects of JSON lines."""
    return [json.loads(line) for line in result.require().output.splitlines()]


def entries(host, event=None, **fields):
    """The audit log's entries with an event and other keys, the oldest first."""
    found = lines(rotator(host, "audit", "list", "--json"))
    return [
        entry
        for entry in found
        if (event is None or entry["event"] == event) and all(entry.get(key) == value for key, value in fields.items())
    ]


def rotations(host, alias):
    """A secret's rotations, the newest first."""
    return [one for one in lines(rotator(host, "rotation", "list", "--json")) if one["alias"] == alias]


def property_of(host, name, unit=SERVICE):
    """A property of a unit."""
    return host.run("systemctl", "show", "--property", name, "--value", unit).require().output.strip()


def drop_in(host, name, text, unit=SERVICE):
    """Adds a drop-in to the service or another unit, without restarting it."""
    host.write(f"/etc/systemd/system/{unit}.d/{name}.conf", text)
    host.run("systemctl", "daemon-reload").require()


def put_token(host, text):
    """Renames a token file over the present one."""
    path = "/etc/secret-rotator/tokens/local"
    host.shell(f"install -m 640 -g secret-rotator /dev/stdin {path}.new; mv {path}.new {path}", input=text).require()


def fault(host, **effect):
    """Lets the hub answer wrongly, as the sandbox's help describes."""
    host.run("curl", "-sSf", "--data-binary", "@-", f"{HUB}/_test/faults", input=json.dumps([effect])).require()


def requests(host, method):
    """The requests with a method that the hub has received, the oldest first."""
    received = json.loads(host.run("curl", "-sSf", f"{HUB}/_test/received").require().output)
    return [one for one in received if one["method"] == method]


def patches(host, alias):
    """The values that the hub was sent for a secret, the oldest first."""
    return [one["value"] for one in requests(host, "PATCH") if one["alias"] == alias]


def wait_until_active(host):
    """Waits until the service is active, and returns its main process."""
    until("the service is active", lambda: property_of(host, "ActiveState") == "active", 60)
    return property_of(host, "MainPID")

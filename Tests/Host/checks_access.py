"""What the service, its auditors, its operators and other users may read and do, and what is refused."""

from machine import until
from rotator import COPY, STATE, entries, lines, rotations, rotator

OTHERS = ("alice", "audrey", "mallory", "nobody")


def keeps_credentials(host):
    """Keys and token can be read by the service alone"""
    credentials = "/run/credentials/secret-rotator.service"
    for user in OTHERS:
        host.run("true", user=user).require()
    for path in (f"{credentials}/staging-key", f"{credentials}/audit-key", "/etc/secret-rotator/tokens/local"):
        host.run("cat", path, user="secret-rotator").require()
        for user in OTHERS:
            assert host.run("cat", path, user=user).status != 0, f"{user} reads {path}"
    for user in (*OTHERS, "secret-rotator"):
        assert host.run("cat", "/etc/secret-rotator/staging.key", user=user).status != 0, f"{user} reads the key's file"
    assert host.run("sh", "-c", "echo x >> /etc/secret-rotator/tokens/local", user="secret-rotator").status != 0


def keeps_databases(host):
    """Only the owner reads the databases"""
    files = host.shell(f"ls {STATE}/rotator.db*").require().output.split()
    assert len(files) > 4, files
    for path in files:
        for user in OTHERS:
            assert host.run("cat", path, user=user).status != 0, f"{user} reads {path}"


def auditor_reads(host):
    """A member of the audit group reads the history's copy and the checkpoints, and can't write"""
    newest = entries(host)[-1]
    read = lambda: lines(rotator(host, "audit", "list", "--json", user="audrey"))[-1:] == [newest]
    until("the copy has the newest entry", read, 10)
    count = host.run("sqlite3", "-readonly", COPY, "SELECT count(*) FROM rotation_history", user="audrey").require()
    assert int(count.output) == 2, count.output
    assert host.run("cat", "/var/log/secret-rotator/checkpoints", user="audrey").require().output
    assert host.run("sqlite3", COPY, "DELETE FROM drift_looks", user="audrey").status != 0
    for folder in (f"{STATE}/history", "/var/log/secret-rotator", STATE):
        assert host.run("touch", f"{folder}/mine", user="audrey").status != 0, f"audrey writes into {folder}"


def auditor_verifies(host):
    """An auditor verifies against a checkpoint that is newer than the copy: no entry counts as removed"""
    for _ in range(3):
        rotator(host, "audit", "export", "--format", "jsonl", user="audrey").require()
        kept = rotator(host, "audit", "checkpoint", user="audrey").require().output
        host.write("/var/tmp/kept-checkpoint", kept)
        rotator(host, "audit", "verify", "--checkpoint", "/var/tmp/kept-checkpoint", user="audrey").require()


def others_read_nothing(host):
    """Users without a group read nothing of the history: exit status 77"""
    for user in ("mallory", "nobody"):
        rotator(host, "audit", "list", user=user).require(77)
        assert host.run("cat", COPY, user=user).status != 0


def refuses_what_is_not_allowed(host):
    """Another user, an auditor and an operator are refused what they must not do, and the history has each attempt"""
    attempts = {
        "mallory": [
            ("rotate-now", "db_password"),
            ("schedule", "remove", "db_password"),
            ("secret", "delete", "db_password", "--yes"),
        ],
        "audrey": [("rotate-now", "db_password"), ("schedule", "pause", "db_password"), ("secret", "list")],
        "alice": [("schedule", "remove", "db_password"), ("schedule", "add", "other", "--every", "1d")],
    }
    count = len(rotations(host, "db_password"))
    for user, commands in attempts.items():
        for command in commands:
            rotator(host, *command, user=user).require(77)
        uid = int(host.run("id", "-u", user).require().output)
        refused = [entry for entry in entries(host, "access.refused") if entry["actor"].get("uid") == uid]
        assert refused, f"no entry about {user}"
    assert len(rotations(host, "db_password")) == count
    assert lines(rotator(host, "schedule", "list", "--json"))[0]["alias"] == "db_password"


CHECKS = [keeps_credentials, keeps_databases, auditor_reads, auditor_verifies, others_read_nothing, refuses_what_is_not_allowed]

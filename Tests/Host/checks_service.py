"""What the service does under systemd: start, rotation, reload, signals, watchdog, stop."""

import json
import time

from machine import until
from rotator import (
    SERVICE, STATE, drop_in, entries, fault, patches, property_of, put_token, rotations, rotator, wait_until_active,
)

# Fields of a journal line that says that a rotation has succeeded.
JOURNAL_FIELDS = {
    "_SYSTEMD_UNIT": SERVICE, "PRIORITY": None, "SECRET": "local/db_password", "HUB": "local", "ALIAS": "db_password",
    "EVENT": "rotation.succeeded", "ROTATION": None, "SEQ": None, "MESSAGE_ID": None,
}


def becomes_active(host):
    """The service becomes active once it is ready, and the verification's timer with it"""
    host.run("systemd-run", "--quiet", "--unit=hub", "secret-rotator", "sandbox", "--test-hooks").require()
    until("the hub answers", lambda: host.run("curl", "-s", "http://127.0.0.1:8642/").status == 0)
    started = time.monotonic()
    host.run("systemctl", "enable", "--now", SERVICE).require()
    took = time.monotonic() - started
    assert property_of(host, "Type") == "notify" and property_of(host, "ActiveState") == "active"
    assert property_of(host, "StatusText") == "serving"
    timer = property_of(host, "ActiveState", "secret-rotator-verify.timer")
    assert timer == "active", timer
    assert rotator(host, "status").status == 0
    return f"enabled and ready after {took:.2f} s"


def rotates(host):
    """A rotation that alice requests delivers a new value to the hub, and the history names her uid"""
    rotator(host, "secret", "create", "db_password", "--allowed-workspaces", "all", input="old").require()
    rotator(host, "schedule", "add", "db_password", "--every", "30d", "--min-interval", "0s").require()
    rotator(host, "rotate-now", "db_password", "--wait", user="alice", seconds=90).require()
    uid = int(host.run("id", "-u", "alice").require().output)
    actors = [entry["actor"] for entry in entries(host, "rotation.requested")]
    assert actors == [{"kind": "user", "name": "alice", "uid": uid}], actors
    assert len(patches(host, "db_password")) == 1


def reloads(host):
    """systemctl reload reads the configuration again, in the same process"""
    process, count = property_of(host, "MainPID"), len(entries(host, "configuration.loaded"))
    host.run("systemctl", "reload", SERVICE).require()
    until("the configuration is loaded again", lambda: len(entries(host, "configuration.loaded")) > count)
    assert property_of(host, "MainPID") == process


def rotates_by_signal(host):
    """systemctl kill -s USR1 rotates, and the history says that it was a signal"""
    host.run("systemctl", "kill", "--kill-whom=main", "--signal=USR1", SERVICE).require()
    succeeded = lambda: entries(host, "rotation.succeeded", alias="db_password", trigger="signal")
    until("the rotation by the signal", succeeded, 60)
    values = patches(host, "db_password")
    assert len(values) == 2 and values[0] != values[1]


def writes_journal(host):
    """The journal has the rotation's line, and no value in any line"""
    told = host.run("journalctl", "--unit", SERVICE, "--output=json", "--no-pager").require().output
    found = [line for line in map(json.loads, told.splitlines()) if line.get("EVENT") == "rotation.succeeded"]
    assert len(found) == 2, f"{len(found)} lines about the two rotations"
    for name, value in JOURNAL_FIELDS.items():
        assert all(name in line and value in (None, line[name]) for line in found), f"{name} is missing"
    assert not any(value in told for value in patches(host, "db_password")), "a value is in the journal"
    story = host.run("journalctl", "--catalog", "--no-pager", "SECRET=local/db_password", "EVENT=rotation.succeeded")
    assert "Subject: local/db_password was rotated" in story.require().output, story.output


def misses_nothing(host):
    """Nothing that the unit forbids is missed, as far as the journal tells"""
    lines = host.run("journalctl", "--unit", SERVICE, "--output=cat", "--no-pager").require().output.splitlines()
    # systemd may say of a cgroup of its own that it is gone already.
    told = "\n".join(line for line in lines if not line.startswith("Failed to attach"))
    complaints = ("can't be locked", "Failed to", "not permitted", "not implemented", "hardening:", "Permission denied")
    for complaint in complaints:
        assert complaint not in told, told


def is_exposed_little(host):
    """The running service's exposure in systemd-analyze security is at most 1.2"""
    said = host.run("systemd-analyze", "security", "--no-pager", "--threshold=12", SERVICE).require()
    return said.output.strip().splitlines()[-1].split(":")[1].strip().split(" ")[0]


def verifies_daily(host):
    """The daily verification passes and is recorded; of a history that was changed it fails, and an alert is logged"""
    unit = "secret-rotator-verify.service"
    drop_in(host, "key", f'[Service]\nEnvironment="OPTIONS=--key {host.verifier}"\n', unit)
    host.run("systemctl", "start", unit).require()
    verified = [entry["detail"] for entry in entries(host, "audit.verified")]
    told = host.run("journalctl", "--unit", unit, "--no-pager", "--output=cat", "-n", "20").output
    assert [(one["problems"], one["signatures_checked"]) for one in verified][-1:] == [(0, True)], f"{verified}, {told}"
    owners = host.shell(f"stat --format=%U {STATE}/rotator.db*").require().output.split()
    assert set(owners) == {"secret-rotator"}, owners
    host.run("systemctl", "stop", SERVICE, seconds=90).require()
    host.run("cp", "-a", STATE, "/var/tmp/kept").require()
    change = "DROP TRIGGER audit_log_no_update; UPDATE audit_log SET line = replace(line, 'alice', 'boris')"
    host.run("sqlite3", f"{STATE}/rotator.db", change, user="secret-rotator").require()
    assert host.run("systemctl", "start", unit).status != 0, "a changed history is verified"
    journal = ("journalctl", "--priority=alert", "--no-pager", "--output=cat")
    until("the alert", lambda: f"{unit} has failed" in host.run(*journal).output)
    host.shell(f"systemctl reset-failed {unit}; rm -r {STATE}; mv /var/tmp/kept {STATE}").require()
    host.run("systemctl", "start", SERVICE).require()
    wait_until_active(host)


def sees_a_renewed_token(host):
    """A token file that is renamed over is read again: a wrong one suspends the hub, and the right one resumes it"""
    put_token(host, "wrong\n")
    # Asked for again and again: the first rotation may begin before the daemon has seen the file.
    suspended = lambda: rotator(host, "rotate-now", "db_password") and entries(host, "hub.suspended")
    until("the hub is suspended", suspended)
    put_token(host, "sandbox-token\n")
    until("the hub is resumed", lambda: entries(host, "hub.resumed"))
    rotator(host, "rotate-now", "db_password", "--wait", seconds=90).require()


def takes_an_encrypted_key(host):
    """The staging key can be a credential that systemd-creds has encrypted for this host"""
    folder = "/etc/secret-rotator"
    encrypt = ("systemd-creds", "encrypt", "--with-key=host", "--name=staging-key")
    host.run(*encrypt, f"{folder}/staging.key", f"{folder}/staging.cred").require()
    host.run("mv", f"{folder}/staging.key", "/root/staging.key").require()
    credentials = f"LoadCredential=\nLoadCredential=audit-key:{folder}/audit.key\n"
    drop_in(host, "zz", f"[Service]\n{credentials}LoadCredentialEncrypted=staging-key:{folder}/staging.cred\n")
    host.run("systemctl", "restart", SERVICE, seconds=90).require()
    wait_until_active(host)
    rotator(host, "rotate-now", "db_password", "--wait", seconds=90).require()
    host.shell(f"mv /root/staging.key {folder}/; rm /etc/systemd/system/{SERVICE}.d/zz.conf").require()
    host.shell(f"systemctl daemon-reload; systemctl restart {SERVICE}", seconds=90).require()
    wait_until_active(host)


def reports_failure(host):
    """A service that can't start is a failed unit after some tries, and an alert is logged"""
    configuration = "/etc/secret-rotator/secret-rotator.yaml"
    drop_in(host, "limit", "[Unit]\nStartLimitBurst=2\n[Service]\nRestartSec=100ms\n")
    host.shell(f"cp {configuration} /var/tmp/ && echo 'nonsense: 1' >> {configuration}").require()
    assert host.run("systemctl", "restart", SERVICE, seconds=90).status != 0
    until("the service has failed", lambda: property_of(host, "ActiveState") == "failed")
    journal = ("journalctl", "--priority=alert", "--no-pager", "--output=cat")
    until("the alert", lambda: f"{SERVICE} has failed" in host.run(*journal).output)
    host.shell(f"cp /var/tmp/secret-rotator.yaml {configuration}").require()
    host.run("rm", f"/etc/systemd/system/{SERVICE}.d/limit.conf").require()
    host.shell(f"systemctl daemon-reload; systemctl reset-failed {SERVICE}; systemctl start {SERVICE}").require()
    wait_until_active(host)


def watchdog_ends_a_stopped_engine(host):
    """The watchdog ends a daemon that is stopped, and the restarted one resumes the open rotation with its value"""
    drop_in(host, "watchdog", "[Service]\nWatchdogSec=3s\n")
    rotator(host, "secret", "create", "watched", "--allowed-workspaces", "all", input="old").require()
    rotator(host, "schedule", "add", "watched", "--every", "30d", "--min-interval", "0s").require()
    host.run("systemctl", "restart", SERVICE, seconds=90).require()
    process = wait_until_active(host)
    fault(host, method="PATCH", alias="watched", times=1, delay_ms=20_000, status=503)
    rotator(host, "rotate-now", "watched").require()
    statement = "SELECT rotation FROM attempts WHERE ended_at IS NULL"
    attempt = lambda: host.run("sqlite3", "-readonly", f"{STATE}/rotator.db", statement).output.strip()
    rotation = until("an attempt is sent", attempt)
    host.shell(f"kill -STOP {process}").require()
    until("a new process", lambda: property_of(host, "MainPID") not in ("0", process), 60)
    result = host.run("journalctl", "--unit", SERVICE, "--no-pager", "--output=cat").output
    assert "Watchdog timeout" in result, result[-800:]
    wait_until_active(host)
    until("the rotation succeeds", lambda: entries(host, "rotation.succeeded", rotation=rotation), 90)
    assert [one["rotation"] for one in rotations(host, "watched")] == [rotation]
    # The hub notes a request once it has answered it: the first one late, with the same value.
    until("the hub has noted both requests", lambda: len(patches(host, "watched")) == 2, 60)
    assert len(set(patches(host, "watched"))) == 1, "another value was sent"


def stops_in_time(host):
    """systemctl stop ends the daemon within its grace period, and the history says so"""
    started = time.monotonic()
    host.run("systemctl", "stop", SERVICE, seconds=90).require()
    took = time.monotonic() - started
    assert took < 40, f"{took:.0f} s"
    assert property_of(host, "Result") == "success", property_of(host, "Result")
    assert entries(host)[-1]["event"] == "daemon.stopped", entries(host)[-1]["event"]
    host.run("systemctl", "start", SERVICE).require()
    wait_until_active(host)
    return f"{took:.2f} s"


CHECKS = [becomes_active, rotates, reloads, rotates_by_signal, writes_journal, misses_nothing, is_exposed_little]
LATER_CHECKS = [
    sees_a_renewed_token,
    takes_an_encrypted_key,
    verifies_daily,
    reports_failure,
    watchdog_ends_a_stopped_engine,
    stops_in_time,
]

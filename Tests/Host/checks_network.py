"""A daemon without a network, whose hub is reached through systemd-socket-proxyd."""

from rotator import CONFIGURATION, EXAMPLES, HUB, SERVICE, patches, property_of, rotator, wait_until_active

CONFIGURATION_FILE = "/etc/secret-rotator/secret-rotator.yaml"
SYSTEM = "/etc/systemd/system"
SOCKET = "/run/secret-rotator-hub-proxy.sock"


def works_without_a_network(host):
    """Without a network the daemon rotates through a proxy on a Unix socket, at an exposure of at most 0.4"""
    host.shell(f"mkdir -p {SYSTEM}; cp -r {EXAMPLES}/no-network/. {SYSTEM}/").require()
    proxy = f"{SYSTEM}/secret-rotator-hub-proxy.service"
    host.run("sed", "-i", f"s,aihub.instabase.com:443,{HUB.removeprefix('http://')},", proxy).require()
    host.write(CONFIGURATION_FILE, CONFIGURATION.replace("context: none", f'context: none, socket: "{SOCKET}"'))
    host.run("systemctl", "daemon-reload").require()
    host.run("systemctl", "restart", SERVICE, seconds=90).require()
    process, before = wait_until_active(host), len(patches(host, "db_password"))
    links = host.run("nsenter", "--net", "--target", process, "cat", "/proc/net/dev").require().output
    assert [line.split(":")[0].strip() for line in links.splitlines()[2:]] == ["lo"], links
    rotator(host, "check").require()
    rotator(host, "rotate-now", "db_password", "--wait", seconds=90).require()
    assert len(patches(host, "db_password")) == before + 1
    # Nobody else may send what the daemon sends, or see the token of a plain hub.
    owner = host.run("stat", "--format=%U %a", SOCKET).require().output.strip()
    assert owner == "secret-rotator 600", owner
    said = host.run("systemd-analyze", "security", "--no-pager", "--threshold=4", SERVICE).require()
    exposure = said.output.strip().splitlines()[-1].split(":")[1].strip().split(" ")[0]
    host.shell(f"rm -r {SYSTEM}/{SERVICE}.d/no-network.conf {SYSTEM}/secret-rotator-hub-proxy.*").require()
    host.write(CONFIGURATION_FILE, CONFIGURATION)
    host.shell(f"systemctl daemon-reload; systemctl restart {SERVICE}", seconds=90).require()
    assert property_of(host, "PrivateNetwork") == "no"
    wait_until_active(host)
    return exposure


CHECKS = [works_without_a_network]

import Foundation
import TestSupport
import Testing

/// The unit as it is shipped, under a real systemd: a machine of its own boots in systemd-nspawn, over a copy-on-write view
/// of this one's files.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SystemdTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A plug-in that tells what it could reach, and keeps its credential in a folder of its own.
    private static let plugIn = """
        #!/bin/sh
        read -r question
        for file in /etc/secret-rotator/tokens/local /etc/secret-rotator/staging.key \\
            /run/credentials/secret-rotator.service/staging-key \\
            /var/lib/secret-rotator/rotator.db /var/lib/secret-rotator/rotator.db.candidates \\
            /var/lib/secret-rotator/history/rotator-history.db; do
            cat $file >/dev/null 2>&1 && echo "could read $file" >&2
        done
        touch /var/lib/secret-rotator/mine 2>/dev/null && echo 'could write beside the database' >&2
        touch "$TMPDIR/mine" || echo 'could not write into TMPDIR' >&2
        echo "environment: $(env | cut -d= -f1 | sort | xargs)" >&2
        case $question in
        *'"step":"generate"'*) printf '{"value":"made-%s"}' "$(head -c 18 /dev/urandom | base64)" ;;
        *) exit 64 ;;
        esac

        """

    /// What is done there; its output is the test's.
    private static let script = """
        set -eu
        say() { echo "== $*"; }
        cd / && export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin
        secret-rotator keygen staging --output /etc/secret-rotator/staging.key
        systemd-run --quiet --unit=hub secret-rotator sandbox --port 8642 --test-hooks
        mkdir -p /srv/files && echo one > /srv/files/a
        useradd --system --user-group --no-create-home --shell /usr/sbin/nologin secret-rotator
        chgrp -R secret-rotator /etc/secret-rotator/tokens
        groupadd --system --force secret-rotator-audit
        useradd --system --user-group --no-create-home --groups secret-rotator-audit auditor
        install -d -m 711 -o secret-rotator -g secret-rotator /var/lib/secret-rotator
        install -d -m 2750 -o secret-rotator -g secret-rotator-audit /var/lib/secret-rotator/history
        say start; systemctl start secret-rotator
        say user; stat -c %U:%G:%a /var/lib/secret-rotator /var/lib/secret-rotator/history
        for alias in own filed; do echo old | secret-rotator secret create $alias --allowed-workspaces all; done
        secret-rotator schedule add own --every 30d --min-interval 0s --generator '{type: command, command: own}'
        secret-rotator schedule add filed --min-interval 0s --generator '{type: file, path: /srv/files/a}'
        say check; secret-rotator check || true
        say rotate; secret-rotator rotate-now own --wait
        # What the daemon has not seen before is no renewal.
        for i in $(seq 100); do
            sqlite3 -readonly /var/lib/secret-rotator/rotator.db "SELECT adoption FROM schedules WHERE alias = 'filed'" \
                | grep -q adopted && break
            sleep .2
        done
        say renew; echo two > /srv/files/new && mv /srv/files/new /srv/files/a
        for i in $(seq 100); do
            secret-rotator rotation list --json | grep -q '"alias":"filed".*"outcome":"succeeded"' && break
            sleep .2
        done
        say renewed; secret-rotator rotation list --json
        say reload; systemctl reload secret-rotator
        say signal; systemctl kill --kill-whom=main -s USR1 secret-rotator
        for i in $(seq 100); do
            [ "$(secret-rotator rotation list --json | grep -c '"alias":"own".*"outcome":"succeeded"')" = 2 ] && break
            sleep .2
        done
        say list; secret-rotator rotation list --json
        say received; curl -s http://127.0.0.1:8642/_test/received
        echo
        say token; echo wrong > /etc/secret-rotator/tokens/local
        # Asked for again and again: the first rotation may begin before the daemon has seen the token.
        for i in $(seq 100); do
            secret-rotator rotate-now own
            secret-rotator status | grep -q 'suspended since' && break
            sleep .2
        done
        secret-rotator status || true
        echo sandbox-token > /etc/secret-rotator/tokens/local
        secret-rotator rotate-now own --wait --timeout 30s && echo resumed
        say stop; systemctl stop secret-rotator; systemctl show -p Result --value secret-rotator
        say modes; cd /var/lib/secret-rotator; stat -c %a:%n rotator.db* history/*; cd /
        as() { setpriv --reuid=$1 --regid=$1 --init-groups secret-rotator audit list --json; }
        say auditor; as auditor 2>&1 | grep -c '"event":"rotation.succeeded"\\|complete up to entry'
        say nobody; setpriv --reuid=nobody --regid=nogroup --clear-groups secret-rotator audit list || echo $?
        say events; secret-rotator audit list --json
        say journal; journalctl -q -u secret-rotator -o cat

        """

    private static func prepare(_ folder: TemporaryFolder, _ root: String) async throws {
        try folder.write(plugIn, to: "own")
        try folder.write(
            """
            database: /var/lib/secret-rotator/rotator.db
            control: /run/secret-rotator/control.sock
            hubs:
              local: {url: "http://127.0.0.1:8642/api", context: none, token: "file:/etc/secret-rotator/tokens/local"}
            keys: {staging: "credential:staging-key"}
            generators: {directory: /etc/secret-rotator/generators, file_folders: [/srv/files]}
            log: {format: auto, level: debug}

            """,
            to: "config"
        )
        let unit = repository.appending(path: "systemd/secret-rotator.service").path()
        try await Shell.run(
            """
            cd \(folder.path)
            install -d \(root)/etc/secret-rotator/generators
            install -m 755 own \(root)/etc/secret-rotator/generators/own
            install -m 644 config \(root)/etc/secret-rotator/secret-rotator.yaml
            echo sandbox-token > token
            install -d -m 750 \(root)/etc/secret-rotator/tokens
            install -m 640 token \(root)/etc/secret-rotator/tokens/local
            install -m 644 \(unit) \(root)/etc/systemd/system/
            """
        )
    }

    @Test(.enabled(if: HostMachine.obstacle == nil, "\(HostMachine.obstacle ?? "")"))
    func shippedUnitRotatesWithPlugInsAndFiles() async throws {
        let parts = try await HostMachine.run(Self.script, prepare: Self.prepare)
        let journal = parts["journal"] ?? ""
        let owners = "secret-rotator:secret-rotator:711\nsecret-rotator:secret-rotator-audit:2750\n"
        #expect((parts["user"] ?? "").hasPrefix(owners))
        // The auditor reads the copy, and nobody else.
        let modes = (parts["modes"] ?? "").split(separator: "\n")
        let isOwners = { (line: Substring) in line.hasPrefix("600:rotator.db") }
        #expect(modes.filter { !isOwners($0) } == ["640:history/rotator-history.db"], "\(modes)")
        let seen = Int((parts["auditor"] ?? "").filter(\.isNumber)) ?? 0
        #expect(seen >= 5 && (parts["nobody"] ?? "").hasSuffix("77\n"), "\(parts)")
        let rotations = (parts["list"] ?? "").split(separator: "\n")
        let succeeded = rotations.filter { $0.contains("\"outcome\":\"succeeded\"") }
        #expect(succeeded.count { $0.contains("\"alias\":\"own\"") } == 2, "\(parts)")
        // The renewed file, before a signal asks for it again.
        let renewed = (parts["renewed"] ?? "").split(separator: "\n").filter { $0.contains("\"alias\":\"filed\"") }
        #expect(renewed.count == 1 && renewed[0].contains("\"outcome\":\"succeeded\""), "\(parts)")
        // A renewed token is seen from within the unit.
        let token = parts["token"] ?? ""
        #expect(token.contains("suspended since") && token.hasSuffix("resumed\n"), "\(token)")
        #expect(token.contains("renew /etc/secret-rotator/tokens/local; the daemon reads it again by itself"))
        #expect(parts["stop"] == "success\n")
        // The plug-in is confined, and has its own TMPDIR and nothing else.
        #expect(journal.contains("environment: GENERATORS_DIRECTORY PATH PWD TMPDIR"))
        #expect(!journal.contains("could read") && !journal.contains("could write") && !journal.contains("could not"))
        #expect(!(parts["check"] ?? "").contains("unconfined"))
        // Nothing that the unit forbids is missed. systemd may say of a cgroup of its own that it is gone already.
        let told = journal.split(separator: "\n").filter { !$0.hasPrefix("Failed to attach") }.joined(separator: "\n")
        for complaint in ["can't be locked", "Failed to", "not permitted", "not implemented", "unconfined"] {
            #expect(!told.contains(complaint), "\(told)")
        }
        #expect(!journal.contains("made-") && !(parts["events"] ?? "").contains("made-"))
        #expect((parts["received"] ?? "").contains("made-"))
    }
}

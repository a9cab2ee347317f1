import Foundation
import Glibc
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

    /// Boots the machine, runs the script, and gives its output by part.
    private static func run() async throws -> [String: String] {
        try await TemporaryFolder.with { folder in
            let (root, layers) = (folder.file("root"), folder.file("layers"))
            try await Shell.run("mkdir \(root) \(layers) && mount -t tmpfs -o size=1g tmpfs \(layers)")
            do {
                try await Shell.run(
                    """
                    mkdir \(layers)/up \(layers)/work
                    mount -t overlay overlay -o lowerdir=/,upperdir=\(layers)/up,workdir=\(layers)/work \(root)
                    """
                )
                try await prepare(folder, root)
                // It ends by itself, when the script has.
                try await Shell.run(
                    """
                    timeout 120 systemd-nspawn --quiet --register=no --keep-unit --directory=\(root) --private-network \
                        --capability=CAP_IPC_LOCK --system-call-filter='landlock_create_ruleset landlock_add_rule \
                        landlock_restrict_self' --boot systemd.unit=acceptance.service >\(folder.file("console")) 2>&1
                    """
                )
                let output = try String(contentsOfFile: "\(root)/acceptance.output", encoding: .utf8)
                try await Shell.run("umount \(root) && umount \(layers)")
                return parts(of: output)
            } catch {
                try? await Shell.run("umount \(root); umount \(layers)")
                throw error
            }
        }
    }

    private static func prepare(_ folder: TemporaryFolder, _ root: String) async throws {
        try folder.write(plugIn, to: "own")
        try folder.write(script, to: "script")
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
        try folder.write(
            """
            [Unit]
            Requires=basic.target
            After=basic.target
            SuccessAction=poweroff-force
            FailureAction=poweroff-force
            [Service]
            Type=oneshot
            ExecStart=/bin/bash /root/acceptance.sh
            StandardOutput=file:/acceptance.output
            StandardError=inherit

            """,
            to: "unit"
        )
        let unit = repository.appending(path: "systemd/secret-rotator.service").path()
        try await Shell.run(
            """
            cd \(folder.path)
            install -d \(root)/etc/secret-rotator/generators
            install -m 755 \(Program.path) \(root)/usr/bin/secret-rotator
            install -m 755 own \(root)/etc/secret-rotator/generators/own
            install -m 644 config \(root)/etc/secret-rotator/secret-rotator.yaml
            echo sandbox-token > token
            install -d -m 750 \(root)/etc/secret-rotator/tokens
            install -m 640 token \(root)/etc/secret-rotator/tokens/local
            install -m 644 \(unit) \(root)/etc/systemd/system/
            install -m 644 unit \(root)/etc/systemd/system/acceptance.service
            install -m 755 script \(root)/root/acceptance.sh
            """
        )
    }

    private static func parts(of output: String) -> [String: String] {
        var parts: [String: String] = [:]
        var name = ""
        for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("== ") {
                name = String(line.dropFirst(3))
            } else {
                parts[name, default: ""] += line + "\n"
            }
        }
        return parts
    }

    /// Why it can't be done here; nil where it can.
    private static let obstacle: String? = {
        guard getuid() == 0 else { return "needs root, to boot a machine" }
        guard access("/usr/bin/systemd-nspawn", X_OK) == 0 else {
            return "the package systemd-container is not installed"
        }
        let filesystems = (try? String(contentsOfFile: "/proc/filesystems", encoding: .utf8)) ?? ""
        return filesystems.contains("overlay") ? nil : "the kernel has no overlay file system"
    }()

    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
    func shippedUnitRotatesWithPlugInsAndFiles() async throws {
        let parts = try await Self.run()
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
        // Nothing that the unit forbids is missed.
        for complaint in ["can't be locked", "Failed to", "not permitted", "not implemented", "unconfined"] {
            #expect(!journal.contains(complaint), "\(journal)")
        }
        #expect(!journal.contains("made-") && !(parts["events"] ?? "").contains("made-"))
        #expect((parts["received"] ?? "").contains("made-"))
    }
}

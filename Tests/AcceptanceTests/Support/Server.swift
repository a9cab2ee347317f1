import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A real server from Debian's packages, on loopback, for one test.
struct Server: Sendable {
    /// Its folder, in which the test may put more.
    let folder: String
    let port: Int

    /// What is started, and how a client logs in.
    enum Kind: String, CaseIterable, Sendable {
        case postgresql
        case mariadb
        case redis
        /// Lets root in with the keys of `$W/keys/authorized_keys`; its host key is in `$W/known_hosts`.
        case sshd

        /// Why it can't be started here; nil where it can.
        var obstacle: String? {
            guard getuid() == 0 else { return "needs root, to start a server as its own user" }
            let found = candidates.contains { access($0, X_OK) == 0 }
            return found ? nil : "the package \(package) is not installed"
        }

        private var package: String {
            switch self {
            case .postgresql: "postgresql"
            case .mariadb: "mariadb-server"
            case .redis: "redis-server"
            case .sshd: "openssh-server"
            }
        }

        private var candidates: [String] {
            switch self {
            case .postgresql: (13...20).map { "/usr/lib/postgresql/\($0)/bin/initdb" }
            case .mariadb: ["/usr/sbin/mariadbd"]
            case .redis: ["/usr/bin/redis-server"]
            case .sshd: ["/usr/sbin/sshd"]
            }
        }

        /// Starts it in `$W` on `$P`, with an admin whose password is in `$W/admin`, and the accounts of the tests.
        fileprivate var start: String {
            switch self {
            case .postgresql:
                """
                B=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
                MESSAGES=
                if [ -n "${LANGUAGE_OF_MESSAGES:-}" ]; then
                    install -d -m 755 $W/locale
                    localedef -i $LANGUAGE_OF_MESSAGES -f UTF-8 $W/locale/$LANGUAGE_OF_MESSAGES.UTF-8
                    export LOCPATH=$W/locale
                    MESSAGES=--lc-messages=$LANGUAGE_OF_MESSAGES.UTF-8
                fi
                install -d -o postgres -m 700 $W/pg
                install -o postgres -m 600 $W/admin $W/pg/pw
                AS="setpriv --reuid=postgres --regid=postgres --clear-groups"
                $AS $B/initdb -D $W/pg/data -U postgres --auth-host=scram-sha-256 --auth-local=scram-sha-256 \
                    --pwfile=$W/pg/pw -N -E UTF8 $MESSAGES >/dev/null
                $AS $B/pg_ctl -D $W/pg/data -w -l $W/pg/log -o "-p $P -h 127.0.0.1 -k $W/pg -c fsync=off \
                    ${OPTIONS:-}" start \
                    </dev/null >/dev/null
                PGPASSWORD=$(cat $W/admin) psql -h 127.0.0.1 -p $P -U postgres -q -c "CREATE ROLE app_a LOGIN PASSWORD \
                    'first'" -c 'CREATE ROLE app_b' -c "CREATE ROLE weak LOGIN PASSWORD 'weak'"
                """
            case .mariadb:
                """
                install -d -o mysql -m 711 $W/my
                # Two that install at a time remove each other's temporary tables in /tmp.
                install -d -o mysql -m 700 $W/my/tmp
                export TMPDIR=$W/my/tmp
                mariadb-install-db --no-defaults --user=mysql --datadir=$W/my/data \
                    --auth-root-authentication-method=normal --skip-test-db >/dev/null
                setpriv --reuid=mysql --regid=mysql --clear-groups mariadbd --no-defaults --datadir=$W/my/data \
                    --socket=$W/my/sock --port=$P --bind-address=127.0.0.1 --pid-file=$W/my/pid \
                    --innodb-buffer-pool-size=32M ${OPTIONS:-} >$W/my/log 2>&1 </dev/null &
                for i in $(seq 120); do mariadb --no-defaults -u root -S $W/my/sock -e 'select 1' >/dev/null 2>&1 && break
                sleep .5; done
                mariadb --no-defaults -u root -S $W/my/sock -e "CREATE USER rot@'%' IDENTIFIED BY '$(cat $W/admin)';
                    GRANT CREATE USER ON *.* TO rot@'%'; GRANT SELECT ON mysql.global_priv TO rot@'%';
                    CREATE USER app@'%' IDENTIFIED BY 'first'"
                """
            case .redis:
                """
                install -d -o redis -m 711 $W/rd
                h() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
                printf 'user default on #%s ~* &* +@all\\nuser app on #%s ~* +@all\\n' $(h $(cat $W/admin)) $(h first) \
                    > $W/rd/users.acl
                chown redis $W/rd/users.acl
                setpriv --reuid=redis --regid=redis --clear-groups redis-server --bind 127.0.0.1 --port $P --dir $W/rd \
                    --unixsocket $W/rd/sock --unixsocketperm 777 --aclfile $W/rd/users.acl --save '' --daemonize yes --pidfile $W/rd/pid --logfile $W/rd/log >/dev/null
                for i in $(seq 100); do [ -s $W/rd/pid ] && break; sleep .1; done
                """
            case .sshd:
                """
                install -d -m 755 /run/sshd
                install -d -m 700 $W/keys
                ssh-keygen -q -t ed25519 -N '' -f $W/host
                printf '[127.0.0.1]:%s %s\\n' $P "$(cut -d' ' -f1,2 $W/host.pub)" > $W/known_hosts
                /usr/sbin/sshd -f /dev/null -E $W/sshd.log -o Port=$P -o ListenAddress=127.0.0.1 -o HostKey=$W/host \
                    -o PidFile=$W/sshd.pid -o AuthorizedKeysFile=$W/keys/authorized_keys -o StrictModes=no -o UsePAM=no
                for i in $(seq 100); do [ -s $W/sshd.pid ] && break; sleep .1; done
                """
            }
        }

        fileprivate var stop: String {
            switch self {
            case .postgresql: "kill -INT $(head -n 1 $W/\(pidFile))"
            default: "kill $(cat $W/\(pidFile))"
            }
        }

        /// What the server removes when it ends.
        fileprivate var pidFile: String {
            switch self {
            case .postgresql: "pg/data/postmaster.pid"
            case .mariadb: "my/pid"
            case .redis: "rd/pid"
            case .sshd: "sshd.pid"
            }
        }

        /// The server's own log.
        fileprivate var log: String {
            switch self {
            case .postgresql: "pg/log"
            case .mariadb: "my/log"
            case .redis: "rd/log"
            case .sshd: "sshd.log"
            }
        }

        /// Logs in as `$U` with the password `$S`.
        fileprivate var login: String {
            switch self {
            case .postgresql: "PGPASSWORD=$S psql -X -w -h 127.0.0.1 -p $P -U $U -d postgres -c 'SELECT 1' >/dev/null"
            case .mariadb: "MYSQL_PWD=$S mariadb --no-defaults -h 127.0.0.1 -P $P -u $U -e 'SELECT 1' >/dev/null"
            case .redis: "REDISCLI_AUTH=$S redis-cli -p $P --user $U ping 2>/dev/null | grep -q PONG"
            case .sshd:
                """
                (umask 077 && printf %s "$S" > $W/key)
                ssh -F /dev/null -T -i $W/key -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes \
                    -o UserKnownHostsFile=$W/known_hosts -p $P $U@127.0.0.1 true </dev/null
                """
            }
        }
    }

    private let kind: Kind

    /// Runs a server while a closure runs.
    ///
    /// - Parameters:
    ///   - language: A locale's name, `de_DE`, in which PostgreSQL writes its messages.
    ///   - options: More options of the server's command line.
    static func with(
        _ kind: Kind,
        language: String = "",
        options: String = "",
        _ body: @Sendable (Server) async throws -> Void
    ) async throws {
        let folder = "/tmp/srv-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o711]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = Server(folder: folder, port: try LoopbackPorts.next(), kind: kind)
        try Data("admin-\(UUID().uuidString)".utf8).write(to: URL(filePath: "\(folder)/admin"))
        chmod("\(folder)/admin", 0o600)
        do {
            let more = ["LANGUAGE_OF_MESSAGES": language, "OPTIONS": options]
            let status = try await server.shell(kind.start, more)
            try #require(status == 0, "\(kind) starts: \(server.lastErrors)")
            try await World.giveToPlugIns("\(folder)/admin")
            if kind == .sshd { try await World.giveToPlugIns("\(folder)/keys") }
            try await body(server)
        } catch {
            _ = try? await server.shell(kind.stop)
            throw error
        }
        _ = try await server.shell(kind.stop)
        // Its folder goes when it has.
        try await eventually("\(kind) has ended") { access("\(folder)/\(kind.pidFile)", F_OK) != 0 }
    }

    private init(folder: String, port: Int, kind: Kind) {
        (self.folder, self.port, self.kind) = (folder, port, kind)
    }

    /// The end of what the scripts and the server wrote to standard error.
    private var lastErrors: String {
        let logs = ["\(folder)/log", "\(folder)/\(kind.log)"]
        return logs.map { String(((try? String(contentsOfFile: $0, encoding: .utf8)) ?? "").suffix(2000)) }
            .joined(separator: "\n")
    }

    /// Whether the server lets a user in with a password.
    func letsIn(_ user: String, _ password: String) async throws -> Bool {
        try await shell(kind.login, ["U": user, "S": password]) == 0
    }

    /// What a script that must succeed writes to standard output.
    func output(_ script: String) async throws -> String {
        let file = "\(folder)/output-\(UUID().uuidString)"
        try #require(try await shell("( \(script)\n) > \(file)") == 0, "\(script)")
        return try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs a script with `$W` and `$P`; its exit status.
    func shell(_ script: String, _ more: [String: String] = [:]) async throws -> Int32 {
        var variables: [Environment.Key: String] = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "W": folder, "P": "\(port)", "LC_ALL": "C.UTF-8",
        ]
        for (name, value) in more { variables[Environment.Key(stringLiteral: name)] = value }
        let log = try FileDescriptor.open(
            FilePath("\(folder)/log"),
            .writeOnly,
            options: [.create, .append],
            permissions: .ownerReadWrite
        )
        let result = try await Subprocess.run(
            .path("/bin/bash"),
            arguments: ["-euc", script],
            environment: .custom(variables),
            input: .none,
            // No pipe: a server that goes on would keep it open.
            output: .discarded,
            error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        )
        return Program.status(result.terminationStatus)
    }
}

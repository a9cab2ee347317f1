import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// A plug-in that tries what a test says, under a daemon whose user is not root: as with the unit's `DynamicUser=`, it has
/// that user's ID, and all that the user owns.
struct Probe: Sendable {
    /// The daemon's user, which no system has.
    static let user: UInt32 = 61_010
    /// Why it can't be tried here; nil where it can.
    static let obstacle = getuid() == 0 ? nil : "needs root, to run a daemon as another user"

    let world: World

    /// The daemon's own files.
    static let protected = [
        "token", "staging.key", "rotator.db", "rotator.db-wal", "rotator.db-shm", "rotator.db.candidates",
        "rotator.db.lock", "rotator.db.plug-ins", "control.sock",
    ]

    /// What each script has.
    ///
    /// `call` makes a system call itself: what a library does first, or instead, does not count.
    private static let prelude = """
        #!/usr/bin/python3 -I
        import ctypes, errno, json, os, platform, signal, socket, subprocess, sys
        q = json.load(sys.stdin)
        if q["step"] != "generate":
            print("{}")
            sys.exit(0)
        p = q["parameters"]
        folder, names = p["folder"], p["names"]
        out = open(p["result"], "a")
        libc = ctypes.CDLL(None, use_errno=True)
        AT_FDCWD, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW = -100, 0x1000, 0x400
        X86 = platform.machine() == "x86_64"
        N = dict(fchmodat2=452, setxattrat=463, removexattrat=466, file_setattr=469, io_uring_setup=425,
                 io_uring_enter=426, io_uring_register=427, pidfd_open=434, pidfd_getfd=438, openat2=437)
        N |= dict(chmod=90, fchmodat=268, chown=92, lchown=94, fchownat=260, utime=132, utimes=235, futimesat=261,
                  utimensat=280, setxattr=188, lsetxattr=189, removexattr=197, lremovexattr=198, fchmod=91, fchown=93,
                  fsetxattr=190, linkat=265, truncate=76, rename=82) if X86 else dict(
                  fchmodat=53, fchownat=54, utimensat=88, setxattr=5, lsetxattr=6, removexattr=14, lremovexattr=15,
                  fchmod=52, fchown=55, fsetxattr=7, linkat=37, truncate=45)
        def note(name, result):
            print(name, result, file=out, flush=True)
        def call(name, *arguments):
            words = [ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_long(a) if isinstance(a, int) else a
                     for a in arguments]
            ctypes.set_errno(0)
            result = libc.syscall(ctypes.c_long(N[name] if isinstance(name, str) else name), *words)
            return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
        def attempt(action):
            try:
                action()
                return "done"
            except OSError as error:
                return errno.errorcode[error.errno]
        TIMES = (ctypes.c_long * 4)(1, 0, 1, 0)

        """

    private static let postlude = """

        print(json.dumps({"value": "v-" + os.urandom(12).hex()}))

        """

    /// Makes the world, with a schedule that uses the plug-in.
    static func with(
        _ script: String,
        extra: String = "",
        _ body: @escaping @Sendable (Probe) async throws -> Void
    ) async throws {
        try await World.with(hub: "rate_limit: 1000/s", extra: extra) { world in
            for name in ["generators", "state"] {
                try FileManager.default.createDirectory(
                    atPath: world.folder.file(name),
                    withIntermediateDirectories: false
                )
            }
            try world.folder.write(prelude + script + postlude, to: "generators/probe")
            chmod(world.folder.file("generators/probe"), 0o755)
            try world.usePlugIns(in: world.folder.file("generators"), as: nil)
            let names = protected.map { "\($0)" }.joined(separator: ", ")
            try await world.schedule(
                "db",
                every: "30d",
                options: [
                    "--min-interval", "0s", "--generator",
                    """
                    {type: command, command: probe, timeout: 30s, parameters: {names: [\(names)], folder: \(world.folder.path),
                    result: \(world.folder.file("state/result"))}}
                    """,
                ]
            )
            try await Shell.run("chown -R \(user):\(user) '\(world.folder.path)'")
            try await body(Probe(world: world))
        }
    }

    /// Runs a script as a plug-in once, under the daemon.
    ///
    /// - Returns: The lines that it noted.
    static func run(_ script: String) async throws -> [String] {
        let lines = Mutex<[String]>([])
        try await with(script) { probe in
            let before = try await probe.look()
            try await probe.world.withDaemon(user: user) { _ async throws in
                let outcome = try await probe.world.run("rotate-now", "db", "--wait", "--timeout", "60s")
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(try await probe.look() == before)
            }
            let results = try probe.results
            lines.withLock { $0 = results }
        }
        return lines.withLock { $0 }
    }

    /// What it noted so far.
    var results: [String] {
        get throws { try world.folder.read("state/result").split(separator: "\n").map(String.init) }
    }

    /// Mode and owner of the files that stay while a daemon runs.
    private func look() async throws -> String {
        try await Oracle.python(
            "import os, sys; print([(n, s.st_mode, s.st_uid) for n in sys.argv[2:] "
                + "for s in [os.stat(sys.argv[1] + '/' + n)]])",
            [world.folder.path, "token", "staging.key", "rotator.db"]
        )
    }
}

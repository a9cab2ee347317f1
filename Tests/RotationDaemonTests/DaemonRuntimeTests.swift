import Dispatch
import Glibc
import RotationConfiguration
import RotationCore
import SandboxHub
import TestSupport
import Testing
import ValueGenerators

@testable import RotationDaemon

/// A daemon's parts, put together, against the sandbox.
@Suite(.timeLimit(.minutes(5)))
struct DaemonRuntimeTests {
    @Test func startAndStopAreWritten() async throws {
        try await withDaemonFolder { files, _ in
            let hash = try files.configuration().hash
            try await withRuntime(files) { _ in }
            let entries = try files.entries()
            #expect(
                entries.compactMap { $0["event"] as? String }
                    == ["daemon.started", "configuration.loaded", "daemon.stopped"]
            )
            let detail = entries[0]["detail"] as? [String: Int]
            #expect(detail == ["pid": Int(getpid()), "landlock": Int(Confinement.version)])
            let loaded = try #require(entries[1]["detail"] as? [String: Any])
            #expect(Set(loaded.keys) == ["auditors", "editors", "hash", "operators"])
            #expect(loaded["hash"] as? String == hash)
            #expect(entries.allSatisfy { ($0["actor"] as? [String: String]) == ["kind": "daemon"] })
            #expect(entries.allSatisfy { $0["version"] as? String == programVersion })
        }
    }

    @Test func dueScheduleRotates() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: true)
            try await withRuntime(files) { _ in try await files.wait(for: "rotation.succeeded") }
            let value = hub.value(of: "db_password")
            let isReplaced = value != "by hand" && value?.count == 36
            #expect(isReplaced)
            let patches = hub.received.filter { $0.method == "PATCH" }
            #expect(patches.map(\.keys) == [["alias", "value"]])
            let opened = try files.entries().first { $0["event"] as? String == "rotation.opened" }
            #expect(opened?["trigger"] as? String == "catch_up")
        }
    }

    @Test func nothingRotatesThatIsNotDue() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: false)
            for _ in 0..<3 {
                try await withRuntime(files) { try await $0.heartbeat() }
            }
            #expect(hub.received.count == 0)
            #expect(try !files.events().contains("rotation.opened"))
        }
    }

    @Test func signalRotatesWhatIsNotDue() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: false)
            try await withRuntime(files) { runtime async throws in
                await runtime.rotateAll()
                try await files.wait(for: "rotation.succeeded")
            }
            let isReplaced = hub.value(of: "db_password") != "by hand"
            #expect(isReplaced)
            let requested = try files.entries().first { $0["event"] as? String == "rotation.requested" }
            #expect((requested?["actor"] as? [String: String]) == ["kind": "signal"])
        }
    }

    @Test(arguments: ["overdue", "ignore"])
    func signalIsHeardAsConfigured(usr1: String) async throws {
        try await withDaemonFolder { files, hub in
            try files.configure(more: "signals: {usr1: \(usr1)}")
            try files.schedule("db_password", isDue: false)
            try await withRuntime(files) { await $0.rotateAll() }
            #expect(try !files.events().contains("rotation.requested"))
            #expect(hub.received.count == 0)
        }
    }

    @Test func lockIsHeldWhileItRunsAndNotAfterwards() async throws {
        try await withDaemonFolder { files, _ in
            let database = files.folder.file("rotator.db")
            try await withRuntime(files) { runtime async throws in
                #expect(try DaemonLock.holder(of: database) == DaemonLock.Holder(pid: getpid(), role: .starting))
                runtime.lock.announce(.ready)
                #expect(try DaemonLock.holder(of: database)?.role == .ready)
            }
            #expect(try await isFree(database))
        }
    }

    @Test func secondDaemonIsRefused() async throws {
        try await withDaemonFolder { files, _ in
            let configuration = try files.configuration()
            let path = DaemonLock.path(for: configuration.database)
            try await withRuntime(files) { _ in
                let holder = DaemonLock.Holder(pid: getpid(), role: .starting)
                await #expect(throws: DaemonLock.Failure.held(path: path, by: holder)) {
                    try await DaemonRuntime(configuration: configuration, logger: silent)
                }
            }
            #expect(try files.events().filter { $0 == "daemon.started" }.count == 1)
        }
    }

    /// A command holds the lock for a moment only: the daemon waits for it.
    @Test func commandThatHoldsTheLockIsWaitedFor() async throws {
        try await withDaemonFolder { files, _ in
            let configuration = try files.configuration()
            let command = try DaemonLock(database: configuration.database, role: .command)
            let starting = Task { try await DaemonRuntime(configuration: configuration, logger: silent) }
            // On a thread of its own: Swift's may be busy with other tests for longer than a daemon waits.
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(300)) { command.release() }
            let runtime = try await starting.value
            await runtime.close()
            #expect(try files.events().first == "daemon.started")
        }
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

@testable import RotationDaemon

@Suite(.timeLimit(.minutes(5)))
struct DaemonLockTests {
    /// Runs a closure with the path of a database of its own.
    private func withDatabase(_ body: (String) async throws -> Void) async throws {
        try await TemporaryFolder.with { try await body($0.file("rotator.db")) }
    }

    private func text(of database: String) -> String? {
        FileManager.default.contents(atPath: DaemonLock.path(for: database)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func lockStandsBesideTheDatabase() {
        #expect(DaemonLock.path(for: "/d/rotator.db") == "/d/rotator.db.lock")
    }

    @Test(arguments: DaemonLock.Role.allCases)
    func secondOneIsRefusedAndToldWhoHoldsIt(role: DaemonLock.Role) async throws {
        try await withDatabase { database async throws in
            let lock = try DaemonLock(database: database, role: role)
            let holder = DaemonLock.Holder(pid: getpid(), role: role)
            for second in DaemonLock.Role.allCases {
                #expect(throws: DaemonLock.Failure.held(path: database + ".lock", by: holder)) {
                    try DaemonLock(database: database, role: second)
                }
            }
            #expect(try DaemonLock.holder(of: database) == holder)
            #expect(text(of: database) == "\(getpid()) \(role.rawValue)\n")
            withExtendedLifetime(lock) {}
        }
    }

    @Test func refusalNamesTheProcess() async throws {
        try await withDatabase { database async throws in
            let lock = try DaemonLock(database: database, role: .ready)
            let failure = try #require(throws: DaemonLock.Failure.self) {
                try DaemonLock(database: database, role: .starting)
            }
            let path = DaemonLock.path(for: database)
            #expect("\(failure)" == "\(path) is held by process \(getpid()): only one daemon may serve a database")
            withExtendedLifetime(lock) {}
        }
    }

    @Test func lockGoesWithItsOwner() async throws {
        try await withDatabase { database async throws in
            var lock: DaemonLock? = try DaemonLock(database: database, role: .ready)
            #expect(try DaemonLock.holder(of: database) != nil)
            lock = nil
            #expect(lock == nil)
            #expect(try await isFree(database))
            #expect(text(of: database) == "")
            _ = try DaemonLock(database: database, role: .command)
        }
    }

    @Test func nobodyHoldsWhatIsFree() async throws {
        try await withDatabase { database async throws in
            #expect(try DaemonLock.holder(of: database) == nil)
            #expect(!FileManager.default.fileExists(atPath: DaemonLock.path(for: database)))
        }
    }

    /// A process that was killed leaves its text behind, not its lock.
    @Test func staleFileIsNoHolder() async throws {
        try await withDatabase { database async throws in
            try Data("4711 ready\n".utf8).write(to: URL(filePath: DaemonLock.path(for: database)))
            #expect(try DaemonLock.holder(of: database) == nil)
            let lock = try DaemonLock(database: database, role: .starting)
            #expect(text(of: database) == "\(getpid()) starting\n")
            withExtendedLifetime(lock) {}
        }
    }

    @Test func announcedRoleReplacesTheOldOne() async throws {
        try await withDatabase { database async throws in
            let lock = try DaemonLock(database: database, role: .starting)
            for role in [DaemonLock.Role.ready, .stopping, .command, .starting] {
                lock.announce(role)
                #expect(try DaemonLock.holder(of: database) == DaemonLock.Holder(pid: getpid(), role: role))
            }
        }
    }

    /// POSIX record locks would go with any descriptor of the file that is closed.
    @Test func closingTheFileElsewhereKeepsTheLock() async throws {
        try await withDatabase { database async throws in
            let lock = try DaemonLock(database: database, role: .ready)
            let descriptor = open(DaemonLock.path(for: database), O_RDWR)
            #expect(descriptor >= 0)
            close(descriptor)
            #expect(try DaemonLock.holder(of: database)?.role == .ready)
            #expect(throws: DaemonLock.Failure.self) { try DaemonLock(database: database, role: .starting) }
            withExtendedLifetime(lock) {}
        }
    }

    /// What stands in the file while it is locked is another program's text: no part of it is believed unread.
    @Test(
        arguments: [
            ("", nil, nil), ("12", nil, nil), ("12 ready extra\n", nil, nil), ("x ready\n", nil, .ready),
            ("12 king\n", 12, nil), ("-1 ready\n", nil, .ready), ("0 ready\n", nil, .ready), ("1 ready\n", nil, .ready),
            ("99999999999 ready\n", nil, .ready), ("4711 command\n", 4711, .command),
        ] as [(String, Int32?, DaemonLock.Role?)]
    )
    func holderIsReadWithCare(content: String, pid: Int32?, role: DaemonLock.Role?) async throws {
        try await withDatabase { database async throws in
            let lock = try DaemonLock(database: database, role: .ready)
            // In place: the lock belongs to the file that is open.
            let path = DaemonLock.path(for: database)
            #expect(truncate(path, 0) == 0)
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.write(contentsOf: Data(content.utf8))
            try handle.close()
            #expect(try DaemonLock.holder(of: database) == DaemonLock.Holder(pid: pid, role: role))
            withExtendedLifetime(lock) {}
        }
    }

    @Test(arguments: [
        (DaemonLock.Role?.none, false), (.command, false), (.starting, true), (.ready, true), (.stopping, true),
    ])
    func allRolesButTheCommandsAreDaemons(role: DaemonLock.Role?, isDaemon: Bool) {
        #expect(DaemonLock.Holder(pid: 2, role: role).isDaemon == isDaemon)
    }

    @Test func symbolicLinkIsRefused() async throws {
        try await withDatabase { database async throws in
            let target = database + ".target"
            try Data("precious".utf8).write(to: URL(filePath: target))
            let path = DaemonLock.path(for: database)
            #expect(symlink(target, path) == 0)
            #expect(throws: DaemonLock.Failure.system(path: path, errno: ELOOP)) {
                try DaemonLock(database: database, role: .ready)
            }
            #expect(FileManager.default.contents(atPath: target) == Data("precious".utf8))
        }
    }

    @Test func missingFolderIsNamed() throws {
        let path = "/nonexistent/rotator.db.lock"
        let failure = try #require(throws: DaemonLock.Failure.self) {
            try DaemonLock(database: "/nonexistent/rotator.db", role: .ready)
        }
        #expect(failure == .system(path: path, errno: ENOENT))
        #expect("\(failure)" == "\(path): No such file or directory")
    }
}

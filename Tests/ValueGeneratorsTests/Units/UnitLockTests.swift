import Glibc
import TestSupport
import Testing

@testable import ValueGenerators

/// Steps of two daemons never run at the same time in a unit.
struct UnitLockTests {
    private static let sessions = ["a", "b"].map { String(repeating: $0, count: 32) }

    @Test func stepsOfOneSessionShareIt() async throws {
        try await TemporaryFolder.with { folder in
            let first = try UnitLock.hold(folder.file("lock"), session: Self.sessions[0]) { true }
            let second = try UnitLock.hold(folder.file("lock"), session: Self.sessions[0]) { true }
            close(first)
            close(second)
        }
    }

    @Test func anotherSessionWaitsUntilTheFirstOnesHaveEnded() async throws {
        try await TemporaryFolder.with { folder in
            let first = try UnitLock.hold(folder.file("lock"), session: Self.sessions[0]) { true }
            // What is asked between the tries ends the first one's step at last.
            var tries = 0
            let second = try UnitLock.hold(folder.file("lock"), session: Self.sessions[1]) {
                tries += 1
                if tries == 3 { close(first) }
                return true
            }
            #expect(tries == 4)
            // The session in the file is the second one's: a step of the first, which comes late, does not get in.
            #expect(throws: UnitLock.Failure.left) {
                try UnitLock.hold(folder.file("lock"), session: Self.sessions[0]) { false }
            }
            close(second)
        }
    }

    /// Its daemon has ended before it had the lock.
    @Test func lateLauncherRunsNothing() async throws {
        try await TemporaryFolder.with { folder in
            #expect(throws: UnitLock.Failure.left) {
                try UnitLock.hold(folder.file("lock"), session: Self.sessions[0]) { false }
            }
            let next = try UnitLock.hold(folder.file("lock"), session: Self.sessions[1]) { true }
            close(next)
        }
    }

    @Test func fileThatCannotBeMadeIsAnError() {
        #expect(throws: UnitLock.Failure.system(errno: ENOENT)) {
            try UnitLock.hold("/nowhere/lock", session: Self.sessions[0]) { true }
        }
    }
}

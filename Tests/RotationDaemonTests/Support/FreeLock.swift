import RotationDaemon
import TestSupport

/// Whether the lock of a database is free within some time.
///
/// A child process that another test has just forked holds each lock of this process until it executes its program.
func isFree(_ database: String) async throws -> Bool {
    do {
        try await eventually("the lock is free", within: .seconds(10)) { try DaemonLock.holder(of: database) == nil }
        return true
    } catch is NeverHappened {
        return false
    }
}

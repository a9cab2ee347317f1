import RotationDaemon

/// Whether the lock of a database is free, within two seconds.
///
/// A child process that another test has just forked holds each lock of this process until it executes its program.
func isFree(_ database: String) async throws -> Bool {
    for _ in 0..<200 {
        if try DaemonLock.holder(of: database) == nil { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

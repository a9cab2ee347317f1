import Foundation
import Glibc
import RotationDaemon
import TestSupport
import Testing

/// A lock that is refused gives its descriptor back exactly once.
///
/// Its number may belong to another file by the second time, which would be cut to nothing and closed.
@Suite(.timeLimit(.minutes(5)))
struct RefusedLockTests {
    /// In a process of its own, whose other files can't come to harm.
    @Test func refusedLockTouchesNoOtherFile() async throws {
        await #expect(processExitsWith: .success) { () async throws -> Void in
            let isUntouched = try await TemporaryFolder.with { folder in
                try folder.write("precious", to: "other")
                let (database, other) = (folder.file("rotator.db"), folder.file("other"))
                let lock = try DaemonLock(database: database, role: .ready)
                let refusals = Task.detached { refuse(database, 30_000) }
                let isUntouched = isLeftAlone(other, for: 30_000)
                await refusals.value
                withExtendedLifetime(lock) {}
                return isUntouched
            }
            if !isUntouched { exit(EXIT_FAILURE) }
        }
    }
}

/// Opens and closes a file over and over, and looks whether anybody else has touched it meanwhile.
private func isLeftAlone(_ path: String, for rounds: Int) -> Bool {
    for _ in 0..<rounds {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        var status = stat()
        let isWhole = fstat(descriptor, &status) == 0 && status.st_size == 8
        sched_yield()
        guard isWhole, fstat(descriptor, &status) == 0, status.st_size == 8, close(descriptor) == 0 else {
            return false
        }
    }
    return true
}

private func refuse(_ database: String, _ rounds: Int) {
    for _ in 0..<rounds { _ = try? DaemonLock(database: database, role: .starting) }
}

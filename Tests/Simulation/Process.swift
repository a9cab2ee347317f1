import Synchronization

/// The daemon's process, which can die at any moment: from then on nothing of it has an effect.
final class Process: Sendable {
    /// What everything throws that a dead process tries.
    struct Died: Error {}

    private let dead = Mutex(false)

    init() {}

    var isDead: Bool { dead.withLock { $0 } }

    func die() { dead.withLock { $0 = true } }

    func checkAlive() throws {
        if isDead { throw Died() }
    }
}

import RotationCore
import Synchronization
import TestSupport

/// The machine on which the daemons live: what audit entries say of it comes from the seed.
final class SimulatedHost: Sendable {
    private let state: Mutex<AuditOrigin>

    init(_ dice: Dice) {
        let origin = AuditOrigin(
            host: "host-\(dice.roll(100))",
            boot: Self.boot(dice),
            version: "\(dice.roll(10)).\(dice.roll(10))"
        )
        state = Mutex(origin)
    }

    var origin: AuditOrigin { state.withLock { $0 } }

    /// Begins another run of the machine.
    func reboot(_ dice: Dice) {
        let boot = Self.boot(dice)
        state.withLock { $0.boot = boot }
    }

    private static func boot(_ dice: Dice) -> String {
        String(dice.next(), radix: 16)
    }
}

import RotationCore
import Synchronization
import TestSupport

/// The one source of chance in a simulation: the same seed, the same run.
final class Dice: RandomSource {
    private let numbers: Mutex<SplitMix64>

    init(seed: UInt64) {
        numbers = Mutex(SplitMix64(seed: seed))
    }

    func next() -> UInt64 {
        numbers.withLock { $0.next() }
    }

    /// A number from 0 up to `sides`, without it.
    func roll(_ sides: Int) -> Int {
        Int(next() % UInt64(max(sides, 1)))
    }

    /// Whether something comes about that does so once in `odds` times; 0 for never.
    func once(in odds: Int) -> Bool {
        odds > 0 && roll(odds) == 0
    }

    /// A duration between two others.
    func duration(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(range.lowerBound + roll(range.upperBound - range.lowerBound + 1))
    }
}

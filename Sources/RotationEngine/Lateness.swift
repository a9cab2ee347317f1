import RotationCore
import Scheduling

/// How late slots are seen: from a slot's due instant to the start of the first pass after it.
///
/// What a slot then waits for (its hub's limits, its group, its window) is not counted.
struct LatenessRecord: Sendable {
    /// How many samples, and how many starts of passes, are kept.
    private static let limit = 1024

    /// When the last passes began, the oldest first.
    private var begins: [Instant] = []
    private var samples: [Duration] = []
    /// Where the next sample goes once there are ``limit``.
    private var next = 0

    /// Notes that a pass begins.
    mutating func noteBegin(_ now: Instant) {
        // A clock that was set back would leave them out of order.
        if let last = begins.last, last > now { begins = [] }
        if begins.count == Self.limit * 2 { begins.removeFirst(Self.limit) }
        begins.append(now)
    }

    /// Notes that a slot is begun.
    mutating func noteSlot(due: Instant) {
        guard let oldest = begins.first, oldest <= due else { return }
        // The first pass that began at or after the due instant.
        var (low, high) = (0, begins.count)
        while low < high {
            let middle = (low + high) / 2
            if begins[middle] < due { low = middle + 1 } else { high = middle }
        }
        guard low < begins.count else { return }
        add(due.duration(to: begins[low]))
    }

    private mutating func add(_ sample: Duration) {
        guard samples.count == Self.limit else { return samples.append(sample) }
        samples[next] = sample
        next = (next + 1) % Self.limit
    }

    /// What is known of the newest samples; nil where there is none.
    var summary: Lateness? {
        guard let longest = samples.max() else { return nil }
        let sorted = samples.sorted()
        func quantile(_ percent: Int) -> Duration { sorted[min(sorted.count - 1, sorted.count * percent / 100)] }
        return Lateness(count: sorted.count, median: quantile(50), p99: quantile(99), longest: longest)
    }
}

/// How late the newest slots were seen.
package struct Lateness: Hashable, Sendable {
    /// How many slots.
    package var count: Int
    package var median: Duration
    /// Of a hundred slots, one was seen later.
    package var p99: Duration
    package var longest: Duration
}

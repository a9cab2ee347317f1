package import RotationStore
package import Scheduling

/// What happened to one secret in a period, and how old its value was.
package struct SecretFigures: Sendable {
    /// What happened in one bucket of the timeline.
    package struct Cell: Hashable, Sendable {
        package var succeeded = 0
        package var failed = 0
        package var abandoned = 0
        package var missed = 0
    }

    /// A time in which rotations failed: from the first failure to the next success.
    package struct Episode: Hashable, Sendable {
        package var secret: SecretKey
        package var start: Instant
        /// nil while it lasts.
        package var end: Instant?
        package var failures: Int
        /// The class of the last error.
        package var error: String?
        package var failedStep: String?
    }

    package let secret: SecretKey
    /// By bucket.
    package var cells: [Int: Cell] = [:]
    package var total = Cell()
    /// Rotations on demand that succeeded.
    package var onDemand = 0
    package var unconfirmed = 0
    /// The last success before the period's end.
    package var lastSuccess: Instant?
    /// The rotation that is open at the period's end.
    package var open: RotationRow?
    /// The time of failures that lasts at the period's end.
    package var failing: Episode?
    /// Times of failures that have ended in the period.
    package var recovered: [Episode] = []
    /// Successes, as far as the ages in the period depend on them.
    private(set) var successes: [Instant] = []

    package init(_ secret: SecretKey) { self.secret = secret }

    /// Takes the next rotation of the secret, the oldest first.
    package mutating func take(_ row: RotationRow, _ period: ReportPeriod, _ buckets: Buckets) {
        guard let end = row.endedAt, end < period.end, let outcome = row.outcome else {
            open = row
            return
        }
        let isInside = period.contains(end)
        switch outcome {
        case "succeeded":
            if !isInside { successes = [] }
            successes.append(end)
            lastSuccess = end
            recover(at: end, isInside)
        case "failed": fail(row, at: end)
        default: break
        }
        if isInside { count(row, outcome, buckets.index(of: end)) }
    }

    private mutating func count(_ row: RotationRow, _ outcome: String, _ bucket: Int) {
        let path: WritableKeyPath<Cell, Int>
        switch outcome {
        case "succeeded":
            path = \.succeeded
            if row.trigger == "rotate_now" || row.trigger == "signal" { onDemand += 1 }
            if row.isConfirmed == false { unconfirmed += 1 }
        case "failed": path = \.failed
        default: path = \.abandoned
        }
        cells[bucket, default: Cell()][keyPath: path] += 1
        total[keyPath: path] += 1
    }

    private mutating func fail(_ row: RotationRow, at end: Instant) {
        var episode = failing ?? Episode(secret: secret, start: end, failures: 0)
        episode.failures += 1
        (episode.error, episode.failedStep) = (row.error, row.failedStep)
        failing = episode
    }

    private mutating func recover(at end: Instant, _ isInside: Bool) {
        guard var episode = failing else { return }
        failing = nil
        episode.end = end
        if isInside { recovered.append(episode) }
    }

    /// Takes a missed slot.
    package mutating func miss(bucket: Int) {
        cells[bucket, default: Cell()].missed += 1
        total.missed += 1
    }
}

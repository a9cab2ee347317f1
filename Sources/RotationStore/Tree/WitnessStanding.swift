package import RotationCore
package import Scheduling

/// What is known of a witness that was asked for cosignatures.
package struct WitnessStanding: Hashable, Sendable {
    /// Its verifier key.
    package var witness: String
    /// The largest checkpoint that it has cosigned; nil for none.
    package var cosigned: Cosigned?
    /// Why it does not cosign; nil if it does.
    package var failure: Failure?

    /// A checkpoint that a witness has cosigned.
    package struct Cosigned: Hashable, Sendable {
        /// The number of entries that the checkpoint covers.
        package var size: Int64
        /// When it was cosigned, by our clock.
        package var at: Instant
    }

    /// A failure that lasts.
    package struct Failure: Hashable, Sendable {
        /// When it began.
        package var since: Instant
        /// What is wrong.
        package var error: Audit.WitnessFailed.Error

        /// How long a witness may be away before a person should look at it.
        private static let awayTolerance = Duration.seconds(86_400)

        /// Whether a person should look at it: at another history at once, at a witness that is away after a day.
        package func isProblem(at now: Instant) -> Bool {
            error.isOtherHistory || since.duration(to: now) >= Self.awayTolerance
        }
    }

    init(witness: String) {
        self.witness = witness
    }

    /// Records a cosignature: it ends any failure.
    ///
    /// - Returns: The entry that records it; nil where none does.
    mutating func cosign(size: Int64, name: String, now: Instant) -> Audit.WitnessCosigned? {
        let isNews = cosigned == nil || failure != nil
        let since = failure?.since
        (cosigned, failure) = (Cosigned(size: size, at: now), nil)
        return isNews ? Audit.WitnessCosigned(witness: name, size: size, failingSince: since) : nil
    }

    /// Records a failure.
    ///
    /// That the witness has seen another history is not forgotten because it then fails in another way.
    ///
    /// - Returns: Whether it is news: it has begun, or is about another history only now.
    mutating func fail(_ error: Audit.WitnessFailed.Error, now: Instant) -> Bool {
        guard let known = failure else {
            failure = Failure(since: now, error: error)
            return true
        }
        guard error.isOtherHistory, !known.error.isOtherHistory else { return false }
        failure = Failure(since: now, error: error)
        return true
    }
}

package import Scheduling

extension Audit {
    /// A witness has cosigned a checkpoint of this log: the first one ever, or the first one after it had failed.
    package struct WitnessCosigned: AuditEvent {
        package static let name = AuditEventName.witnessCosigned
        package static let scope = AuditScope.daemon

        /// The name of the witness's key.
        package var witness: String
        /// The number of entries that the checkpoint covers.
        package var size: Int64
        /// Since when the witness had failed; absent for its first cosignature.
        package var failingSince: Instant?

        package init(witness: String, size: Int64, failingSince: Instant?) {
            (self.witness, self.size, self.failingSince) = (witness, size, failingSince)
        }
    }

    /// A witness does not answer, or does not cosign; once when that begins, and once when it turns out that the witness has
    /// seen another history.
    package struct WitnessFailed: AuditEvent {
        package static let name = AuditEventName.witnessFailed
        package static let scope = AuditScope.daemon

        /// What is wrong.
        package enum Error: String, AuditWord {
            /// No answer in time.
            case timedOut = "timed_out"
            /// No connection.
            case unreachable
            /// An answer that is not of the witness protocol.
            case malformed
            /// The witness does not know this log.
            case unknownLog = "unknown_log"
            /// The witness has another key for this log.
            case notSigned = "not_signed"
            /// The witness understands the request in another way.
            case badRequest = "bad_request"
            /// Another HTTP status.
            case status
            /// The witness answers, but not with a cosignature of the configured key.
            case wrongKey = "wrong_key"
            /// The witness has cosigned more entries than this history has: entries are missing here.
            case ahead
            /// The witness has cosigned entries that this history does not have: they were changed here.
            case fork

            /// Whether the witness has seen another history than this one.
            package var isOtherHistory: Bool { self == .ahead || self == .fork }
        }

        /// The name of the witness's key.
        package var witness: String
        /// What is wrong.
        package var error: Error
        /// The number of entries that the checkpoint covers which it was to cosign.
        package var size: Int64
        /// The number of entries that the witness has cosigned; absent if it did not say so.
        package var witnessSize: Int64?
        /// The HTTP status, for the error `status`.
        package var httpStatus: Int?

        package init(witness: String, error: Error, size: Int64, witnessSize: Int64? = nil, httpStatus: Int? = nil) {
            (self.witness, self.error, self.size) = (witness, error, size)
            (self.witnessSize, self.httpStatus) = (witnessSize, httpStatus)
        }
    }
}

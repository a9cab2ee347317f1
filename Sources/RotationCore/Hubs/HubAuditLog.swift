package import Scheduling

/// A change of a secret that a hub's own audit log has.
package struct HubAuditEntry: Hashable, Sendable {
    /// By the hub's clock.
    package var time: Instant
    package var alias: SecretAlias
    package var operation: HandOperation

    package init(time: Instant, alias: SecretAlias, operation: HandOperation) {
        (self.time, self.alias, self.operation) = (time, alias, operation)
    }
}

/// What a hub's own audit log has about secrets in a range of time.
package struct HubAuditLog: Hashable, Sendable {
    /// The entries that record a change.
    package var changes: [HubAuditEntry]
    /// The number of all entries, those that can't be read included.
    package var count: Int
    /// Entries whose time, alias or operation can't be read.
    package var unreadable: Int
    /// Whether there were more entries than are read.
    package var isCut: Bool

    package init(changes: [HubAuditEntry] = [], count: Int = 0, unreadable: Int = 0, isCut: Bool = false) {
        (self.changes, self.count, self.unreadable, self.isCut) = (changes, count, unreadable, isCut)
    }
}

/// The answer of a hub that is asked for its own audit log.
package enum HubAuditAnswer: Hashable, Sendable {
    case log(HubAuditLog)
    /// The organization does not have it, or the token may not read it.
    case notAvailable(HubError.Kind, status: Int?)
}

/// A hub's own audit log, which some organizations have.
package protocol HubAuditAPI: Sendable {
    /// Reads the entries about secrets in a range of time; each page waits for a permit of the hub's limits.
    ///
    /// - Throws: Why the hub could not be asked. That the log is not available is an answer.
    func auditLog(from start: Instant, to end: Instant) async throws(HubError) -> HubAuditAnswer
}

package import RotationCore
import SQLite
import Scheduling

/// The one way in which a decision about a secret becomes durable.
extension Ledger {
    /// Decides on what is stored, and writes what was decided, in one transaction.
    ///
    /// - Parameter decide: A pure function of the rows that it reads; nil where nothing changes.
    /// - Returns: What was written.
    @discardableResult
    package func decide(
        about secret: SecretName,
        _ decide: (any SecretRows) throws -> Transition?
    ) throws -> Transition? {
        try transaction {
            guard let transition = try decide(LedgerRows(ledger: self, secret: secret)) else { return nil }
            try write(transition, about: secret)
            return transition
        }
    }

    /// Writes a transition, within the transaction in which it was decided.
    func write(_ transition: Transition, about secret: SecretName) throws {
        if let rotation = transition.rotation { try write(rotation) }
        if let attempt = transition.attempt, let rotation = transition.rotation?.rotation {
            try AttemptTable.record(attempt, of: rotation.id, in: connection)
        }
        try transition.group.map(write)
        try transition.hold.map { try write($0, secret) }
        try transition.look.map { try write($0, secret) }
        try transition.requests.map { try write($0, secret) }
        try transition.value.map { try write($0, secret) }
        if let instant = transition.changedByHandAt {
            try ScheduleTable.setChangedByHand(secret, at: instant, in: connection)
        }
        if let schedule = transition.schedule { try ScheduleTable.updateProgress(schedule, in: connection) }
        if let status = transition.hub { try HubTable.set(status, of: secret.hub, in: connection) }
        for entry in transition.entries { try AuditTable.append(entry, origin: origin, in: connection) }
    }

    private func write(_ rotation: Transition.RotationWrite) throws {
        switch rotation {
        case .opened(let rotation): try RotationTable.insert(rotation, in: connection)
        case .advanced(let rotation, let at, let ending):
            try RotationTable.update(rotation, at: at, ending: ending, in: connection)
        }
    }

    private func write(_ group: Transition.GroupWrite) throws {
        switch group {
        case .taken(let group, let rotation): try GroupTable.take(group, rotation, in: connection)
        case .released(let rotation, let at, let isUnused):
            try GroupTable.release(rotation, isUnused: isUnused, now: at, in: connection)
        }
    }

    private func write(_ hold: Transition.HoldWrite, _ secret: SecretName) throws {
        switch hold {
        case .until(let instant): try HoldTable.set(secret, until: instant, in: connection)
        case .released: try HoldTable.release(secret, in: connection)
        }
    }

    private func write(_ look: Transition.LookWrite, _ secret: SecretName) throws {
        switch look {
        case .at(let instant, let rotation): try LookTable.set(secret, at: instant, after: rotation, in: connection)
        case .attributedToNone: try LookTable.doubtRotation(of: secret, in: connection)
        }
    }

    private func write(_ requests: Transition.RequestWrite, _ secret: SecretName) throws {
        switch requests {
        case .added(let request, let actor, let rotation):
            try RequestTable.insert(request, actor: actor, joining: rotation, in: connection)
        case .joined(let rotation): try RequestTable.join(rotation, secret, in: connection)
        case .released(let rotation): try RequestTable.release(rotation, in: connection)
        case .dropped: try RequestTable.drop(secret, in: connection)
        }
    }

    private func write(_ value: Transition.ValueWrite, _ secret: SecretName) throws {
        switch value {
        case .known: try ScheduleTable.setValueUnknown(secret, since: nil, in: connection)
        case .unknown(let since): try ScheduleTable.setValueUnknown(secret, since: since, in: connection)
        }
    }
}

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
        if transition.hold != nil || transition.look != nil { recorder.addSchedule(secret) }
        try transition.requests.map { try write($0, secret) }
        try transition.value.map { try write($0, secret) }
        if let instant = transition.changedByHandAt {
            try ScheduleTable.setChangedByHand(secret, at: instant, in: connection)
            recorder.addSchedule(secret)
        }
        try endFindings(transition.endedFindings, of: secret)
        if let schedule = transition.schedule { try write(schedule) }
        if let status = transition.hub { try write(status, of: secret.hub) }
        for entry in transition.entries { try record(entry) }
    }

    private func write(_ rotation: Transition.RotationWrite) throws {
        switch rotation {
        case .opened(let rotation):
            try RotationTable.insert(rotation, in: connection)
            recorder.add(RotationProgress(rotation, outcome: nil, failure: nil))
        case .advanced(let rotation, let at, let ending):
            try RotationTable.update(rotation, at: at, ending: ending, in: connection)
            recorder.add(try progress(of: rotation))
        }
    }

    /// How far a rotation has come, once that is written; the phase of a closed one does not say how it ended.
    private func progress(of rotation: Rotation) throws -> RotationProgress {
        guard rotation.state.phase == .closed else {
            let failure = PhaseColumns(rotation.state.phase).failure
            return RotationProgress(rotation, outcome: rotation.state.ending.map { .init($0) }, failure: failure)
        }
        let (outcome, failure) = try RotationTable.result(of: rotation.id, in: connection)
        return RotationProgress(rotation, outcome: outcome, failure: failure)
    }

    /// Writes where a schedule stands.
    func write(_ schedule: Schedule) throws {
        try ScheduleTable.updateProgress(schedule, in: connection)
        recorder.addSchedule(schedule.secret)
    }

    /// Writes a hub's status.
    func write(_ status: HubStatus, of hub: String) throws {
        try HubTable.set(status, of: hub, in: connection)
        recorder.addHub(hub)
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
        case .attributedToNone: try LookTable.clearAttribution(of: secret, in: connection)
        case .putOff(let instant): try LookTable.putOff(secret, until: instant, in: connection)
        case .done: try LookTable.remove(secret, in: connection)
        }
    }

    private func write(_ requests: Transition.RequestWrite, _ secret: SecretName) throws {
        switch requests {
        case .added(let request, let actor, let rotation):
            try RequestTable.insert(request, actor: actor, joining: rotation, in: connection)
            recorder.add(.added(request.id, secret, joined: rotation))
        case .joined(let rotation):
            try RequestTable.join(rotation, secret, in: connection)
            recorder.add(.served(secret, by: rotation))
        case .released(let rotation):
            try RequestTable.release(rotation, in: connection)
            recorder.add(.released(secret, by: rotation))
        case .dropped:
            try RequestTable.drop(secret, in: connection)
            recorder.add(.dropped(secret))
        }
    }

    private func write(_ value: Transition.ValueWrite, _ secret: SecretName) throws {
        switch value {
        case .known: try ScheduleTable.setValueUnknown(secret, since: nil, in: connection)
        case .unknown(let since): try ScheduleTable.setValueUnknown(secret, since: since, in: connection)
        }
        recorder.addSchedule(secret)
    }
}

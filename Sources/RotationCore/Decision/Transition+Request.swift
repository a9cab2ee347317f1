import Scheduling

extension RotationRequest {
    /// What the request makes durable: it joins a rotation that is open, and brings its next try forward, or waits for one.
    ///
    /// - Parameters:
    ///   - open: The secret's open rotation without an outcome; nil for none, or where its row can't be read.
    ///   - joining: The rotation that it joins; nil where it waits.
    /// - Throws: ``Refusal/noSchedule(_:)``.
    package func transition(
        actor: Actor,
        joining: RotationID?,
        open: Rotation?,
        _ rows: some SecretRows
    ) throws -> Transition {
        guard try rows.schedule() != nil else { throw Refusal.noSchedule(secret) }
        var transition = Transition()
        transition.requests = .added(self, actor, joining: joining)
        if var open, joining == open.id {
            let before = open.state
            try open.state.handle(.requested, plan: .ofWaits, now: requestedAt, fraction: 0)
            if open.state != before { transition.rotation = .advanced(open, at: requestedAt) }
        }
        if despiteHold != nil { transition.hold = .released }
        transition.entries = [
            AuditEntry(
                Audit.RotationRequested(
                    request: id,
                    reason: reason,
                    ticket: ticket,
                    fresh: fresh ? true : nil,
                    despiteHold: despiteHold
                ),
                time: requestedAt.rfc3339,
                actor: actor,
                hub: secret.hub,
                alias: secret.alias.text,
                rotation: joining?.rawValue,
                trigger: trigger
            )
        ]
        return transition
    }
}

extension RotationPlan {
    /// For events that change a wait and nothing else, which ask nothing of a plan.
    package static let ofWaits = RotationPlan(retry: .standard, confirm: false)
}

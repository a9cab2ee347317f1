package import Scheduling

/// What a slot or a request waits for.
package enum Obstacle: Hashable, Sendable {
    /// The schedule is paused; nil for until it is resumed.
    case pause(until: Instant?)
    /// The last rotation began less than `min_interval` ago.
    case minInterval(until: Instant)
    /// A request of unknown effect may still be on its way.
    case hold(until: Instant)
    /// Another secret of the group rotates, or did so less than `group_spacing` ago; nil while it rotates.
    case group(String, until: Instant?)
    /// The secret's rotation is open.
    case rotation(RotationID)
    /// The hub is paused.
    case hubPaused(until: Instant)
    /// The hub is suspended.
    case hubSuspended(HubError.Kind)
    /// The hub is half-open: it answers again after a suspension or pause, but has accepted no update yet.
    case hubHalfOpen
    /// The hub is not configured.
    case hubMissing

    /// When it ends; nil if that is not known.
    package var until: Instant? {
        switch self {
        case .pause(let until), .group(_, let until): until
        case .minInterval(let until), .hold(let until), .hubPaused(let until): until
        case .rotation, .hubSuspended, .hubHalfOpen, .hubMissing: nil
        }
    }
}

/// What `status` knows of why nothing begins: read at once, so that it fits together.
package struct Obstacles: Sendable {
    /// The configured hubs.
    package var hubs: [String: HubStatus]
    /// The ends of holds, by secret.
    package var holds: [SecretName: Instant]
    /// Until when groups are busy; nil while one of their secrets rotates.
    package var groups: [String: Instant?]
    /// Open rotations.
    package var open: [SecretName: RotationID]

    package init(
        hubs: [String: HubStatus],
        holds: [SecretName: Instant],
        groups: [String: Instant?],
        open: [SecretName: RotationID]
    ) {
        (self.hubs, self.holds, self.groups, self.open) = (hubs, holds, groups, open)
    }

    /// The obstacles of a secret's slot.
    package func ofSlot(_ schedule: Schedule, now: Instant) -> [Obstacle] {
        var found: [Obstacle] = []
        if let pause = schedule.pause { found.append(.pause(until: pause.until)) }
        if let lastOpened = schedule.lastOpened {
            found.append(.minInterval(until: lastOpened.advanced(by: schedule.definition.minInterval)))
        }
        return (found + common(schedule.secret, schedule)).filter { $0.isThere(at: now) }
    }

    /// The obstacles of a request for a secret; pause and minimum interval do not count.
    ///
    /// - Parameter schedule: The secret's; nil where it was removed.
    package func ofRequest(_ secret: SecretName, _ schedule: Schedule?, now: Instant) -> [Obstacle] {
        common(secret, schedule).filter { $0.isThere(at: now) }
    }

    /// The end of a secret's last obstacle, past or present; nothing could begin before it.
    ///
    /// - Returns: nil if the end of one is not known.
    package func earliest(of schedule: Schedule) -> Instant? {
        var instants: [Instant] = [.distantPast]
        if let pause = schedule.pause {
            guard let until = pause.until else { return nil }
            instants.append(until)
        }
        if let lastOpened = schedule.lastOpened {
            instants.append(lastOpened.advanced(by: schedule.definition.minInterval))
        }
        let others = common(schedule.secret, schedule)
        guard others.allSatisfy({ $0.until != nil }) else { return nil }
        return (instants + others.compactMap(\.until)).max()
    }

    /// The same for a request.
    package func earliest(ofRequest secret: SecretName, _ schedule: Schedule?) -> Instant? {
        let others = common(secret, schedule)
        guard others.allSatisfy({ $0.until != nil }) else { return nil }
        return others.compactMap(\.until).max() ?? .distantPast
    }

    private func common(_ secret: SecretName, _ schedule: Schedule?) -> [Obstacle] {
        var found: [Obstacle] = []
        switch hubs[secret.hub] {
        case nil: found.append(.hubMissing)
        case .suspended(let suspension): found.append(.hubSuspended(suspension.reason))
        case .paused(let pause): found.append(.hubPaused(until: pause.until))
        // Only one request at a time is sent to it.
        case .halfOpen: found.append(.hubHalfOpen)
        case .available, .failing: break
        }
        if let id = open[secret] { found.append(.rotation(id)) }
        if let until = holds[secret] { found.append(.hold(until: until)) }
        if let name = schedule?.definition.group?.name, let busy = groups[name] {
            found.append(.group(name, until: busy))
        }
        return found
    }
}

extension Obstacle {
    fileprivate func isThere(at now: Instant) -> Bool {
        if case .pause(nil) = self { return true }
        return until.map { $0 > now } ?? true
    }
}

// MARK: Waits with a limit

/// A wait that has lasted longer than it may.
package struct OverlongWait: Hashable, Sendable {
    /// The subject that waits.
    package enum Subject: Hashable, Sendable {
        case slot(SecretName)
        case request(SecretName)
        /// A rotation whose phase takes longer than its limit.
        case phase(SecretName, RotationID, phase: String)
    }

    package var subject: Subject
    /// Since when it could have continued.
    package var since: Instant
    /// The limit.
    package var limit: Duration
}

extension Obstacles {
    /// How long a slot or request may wait without an obstacle.
    ///
    /// Two passes, one a minute.
    package static let beginLimit = Duration.seconds(120)
    /// A hub of which a rotation has ended within this time is busy with due work: waiting work will have its turn.
    package static let workingTime = Duration.seconds(60)

    /// The wait of a slot whose rotation should have begun by now; nil if there is none.
    ///
    /// - Parameter lastEnded: When a rotation of the hub ended last.
    package func overlongSlot(_ schedule: Schedule, lastEnded: Instant?, now: Instant) -> OverlongWait? {
        guard let due = schedule.nextDue, let earliest = earliest(of: schedule) else { return nil }
        return overlong(.slot(schedule.secret), since: max(due, earliest), lastEnded, now)
    }

    /// The wait of a request whose rotation should have begun by now; nil if there is none.
    package func overlongRequest(
        _ secret: SecretName,
        _ schedule: Schedule?,
        requestedAt: Instant,
        lastEnded: Instant?,
        now: Instant
    ) -> OverlongWait? {
        guard let earliest = earliest(ofRequest: secret, schedule) else { return nil }
        return overlong(.request(secret), since: max(requestedAt, earliest), lastEnded, now)
    }

    private func overlong(
        _ subject: OverlongWait.Subject,
        since: Instant,
        _ lastEnded: Instant?,
        _ now: Instant
    ) -> OverlongWait? {
        guard since.advanced(by: Self.beginLimit) < now, !isWorking(lastEnded, now) else { return nil }
        return OverlongWait(subject: subject, since: since, limit: Self.beginLimit)
    }

    private func isWorking(_ lastEnded: Instant?, _ now: Instant) -> Bool {
        lastEnded.map { $0.advanced(by: Self.workingTime) >= now } ?? false
    }

    /// The wait of a rotation without progress for twice its phase's limit; nil if there is none.
    ///
    /// - Parameters:
    ///   - changedAt: When its progress was last recorded.
    ///   - timeouts: Of its hub's requests, and of a wait for its lists.
    ///   - lastEnded: When a rotation of the hub ended last.
    package func overlongPhase(
        _ rotation: Rotation,
        changedAt: Instant,
        timeouts: (request: Duration, confirm: Duration),
        lastEnded: Instant?,
        now: Instant
    ) -> OverlongWait? {
        guard let limit = rotation.state.limit(generator: rotation.generator, timeouts) else { return nil }
        var since = max(changedAt, rotation.state.wakeAt ?? changedAt)
        // Actions that need the hub wait while it is paused or suspended.
        switch hubs[rotation.secret.hub] {
        case nil: return nil
        case .suspended where !rotation.state.isHubDone: return nil
        case .halfOpen: return nil
        case .paused(let pause) where !rotation.state.isHubDone: since = max(since, pause.until)
        case .available, .failing, .paused, .suspended: break
        }
        guard since.advanced(by: limit * 2) < now, !isWorking(lastEnded, now) else { return nil }
        let phase = rotation.state.phaseName
        return OverlongWait(subject: .phase(rotation.secret, rotation.id, phase: phase), since: since, limit: limit)
    }
}

extension RotationState {
    /// The shortest limit of a phase: a disk or a queue may take that long.
    private static let shortestLimit = Duration.seconds(30)
    /// The limit of the daemon's own actions.
    private static let ownLimit = Duration.seconds(60)

    /// The limit of the present phase's action; nil if the rotation waits for a person or is closed.
    fileprivate func limit(
        generator: GeneratorSpecification,
        _ timeouts: (request: Duration, confirm: Duration)
    ) -> Duration? {
        let limit: Duration
        switch phase {
        case .parked, .finishHeld, .closed: return nil
        case .claimed, .generated, .installed, .withdrawing, .abandoning, .succeeded, .finishFailed:
            limit = generator.plugIn?.timeout ?? Self.ownLimit
        case .staged: limit = max(generator.plugIn?.timeout ?? .zero, timeouts.request)
        case .tested, .delivering: limit = timeouts.request
        case .delivered: limit = max(timeouts.confirm, timeouts.request)
        case .finished, .failed, .abandoned: limit = Self.ownLimit
        }
        return max(limit, Self.shortestLimit)
    }
}

// MARK: Pauses

/// A hub's pause that a person should know of.
package struct OverlongPause: Hashable, Sendable {
    package var since: Instant
    package var until: Instant
    /// The number of slots and requests that wait for its end.
    package var waiting: Int
}

extension Obstacles {
    /// The length from which a pause alone is a problem.
    package static let pauseLimit = Duration.seconds(15 * 60)

    /// The pause of a hub that is too long, or that has delayed a slot or request for longer than its limit; nil if
    /// there is none.
    ///
    /// - Parameters:
    ///   - active: The schedules that are not paused.
    ///   - requests: The requests that wait, with the instants at which they were made.
    package func overlongPause(
        _ hub: String,
        _ active: [Schedule],
        _ requests: [(secret: SecretName, madeAt: Instant)],
        now: Instant
    ) -> OverlongPause? {
        guard case .paused(let pause) = hubs[hub] else { return nil }
        let slots = active.filter { $0.secret.hub == hub && open[$0.secret] == nil }.compactMap(\.nextDue)
        let waits = slots.filter { $0 <= now } + requests.filter { $0.secret.hub == hub }.map(\.madeAt)
        let isWaitLong = waits.contains { max($0, pause.since).advanced(by: Self.beginLimit) < now }
        guard isWaitLong || pause.since.advanced(by: Self.pauseLimit) < now else { return nil }
        return OverlongPause(since: pause.since, until: pause.until, waiting: waits.count)
    }
}

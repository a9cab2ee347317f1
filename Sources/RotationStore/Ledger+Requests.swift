package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// A request as it was taken in.
    package struct TakenRequest: Hashable, Sendable {
        package var request: RotationRequest
        /// The open rotation that it joined.
        package var joined: RotationID?
        /// Until when its rotation can't begin, as an earlier value may still arrive at the hub; nil for at once.
        package var heldUntil: Instant?
    }

    /// Writes requests, all or none.
    ///
    /// A request joins a rotation that is open, and brings its next try forward once; a fresh one waits for its end.
    package func request(_ requests: [RotationRequest], actor: Actor) throws -> [TakenRequest] {
        try transaction { try requests.map { try take($0, actor: actor) } }
    }

    /// Requests a rotation of each schedule of the given hubs' that is not paused and has no request waiting.
    package func requestAll(
        trigger: Trigger,
        overdueOnly: Bool,
        now: Instant,
        actor: Actor,
        random: any RandomSource
    ) throws -> [TakenRequest] {
        try transaction {
            let schedules = try ScheduleTable.all(by: generators, in: connection) { _ in }
            return try schedules.compactMap { schedule in
                let isMeant = !overdueOnly || schedule.overdueSince(now: now) != nil
                guard !schedule.isPaused(at: now), isMeant else { return nil }
                guard try !RequestTable.isWaiting(schedule.secret, in: connection) else { return nil }
                let id = RotationID(milliseconds: now.rawValue, random: random)
                let request = RotationRequest(id: id, secret: schedule.secret, requestedAt: now, trigger: trigger)
                return try take(request, actor: actor)
            }
        }
    }

    private func take(_ request: RotationRequest, actor: Actor) throws -> TakenRequest {
        guard try ScheduleTable.find(request.secret, by: generators, in: connection) != nil else {
            throw Refusal.noSchedule(request.secret)
        }
        let open = try request.fresh ? nil : openForJoining(request.secret)
        try RequestTable.insert(request, actor: actor, joining: open, in: connection)
        if let open {
            try RotationTable.changeWait(
                of: open,
                by: .requested,
                now: request.requestedAt,
                generators: generators,
                in: connection
            )
        }
        let detail: [String: JSONValue?] = [
            "request": .string(request.id.rawValue),
            "reason": request.reason.map(JSONValue.string),
            "ticket": request.ticket.map(JSONValue.string),
            "fresh": request.fresh ? true : nil,
            "despite_hold": request.despiteHold.map(JSONValue.string),
        ]
        if request.despiteHold != nil { try HoldTable.release(request.secret, in: connection) }
        try note(
            .rotationRequested,
            request.secret,
            actor: actor,
            now: request.requestedAt,
            trigger: request.trigger,
            rotation: open,
            detail: detail
        )
        let held = try open == nil ? HoldTable.until(request.secret, in: connection) : nil
        let isHeld = held.map { $0 > request.requestedAt } ?? false
        return TakenRequest(request: request, joined: open, heldUntil: isHeld ? held : nil)
    }

    /// The secret's open rotation, while its outcome is not recorded yet: one that has ended can't be joined any more.
    private func openForJoining(_ secret: SecretName) throws -> RotationID? {
        try RotationTable.openRotation(of: secret, withoutOutcome: true, in: connection)
    }
}

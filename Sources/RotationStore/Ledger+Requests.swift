package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// A request as it was recorded.
    package struct RecordedRequest: Hashable, Sendable {
        package var request: RotationRequest
        /// The open rotation that it joined.
        package var joined: RotationID?
        /// Until when its rotation can't begin, as an earlier value may still arrive at the hub; nil for at once.
        package var heldUntil: Instant?
    }

    /// Records requests, all or none.
    ///
    /// A request joins a rotation that is open, and brings its next try forward once; a fresh one waits for its end.
    package func request(_ requests: [RotationRequest], actor: Actor) throws -> [RecordedRequest] {
        try transaction { try requests.map { try record($0, actor: actor) } }
    }

    /// Requests a rotation of each schedule that is not paused and has no request waiting.
    package func requestAll(
        trigger: Trigger,
        overdueOnly: Bool,
        now: Instant,
        actor: Actor,
        random: any RandomSource
    ) throws -> [RecordedRequest] {
        try transaction {
            let secrets = try history.secrets { schedule in
                !schedule.isPaused(at: now) && (!overdueOnly || schedule.overdueSince(now: now) != nil)
            }
            return try secrets.compactMap { secret in
                guard try !RequestTable.isWaiting(secret, in: connection) else { return nil }
                let id = RotationID(milliseconds: now.rawValue, random: random)
                let request = RotationRequest(id: id, secret: secret, requestedAt: now, trigger: trigger)
                return try record(request, actor: actor)
            }
        }
    }

    private func record(_ request: RotationRequest, actor: Actor) throws -> RecordedRequest {
        let rows = LedgerRows(ledger: self, secret: request.secret)
        let joining = try request.fresh ? nil : rows.openRotation(withoutOutcome: true)
        let transition = try request.transition(
            actor: actor,
            joining: joining,
            open: try joining.flatMap(decodable),
            rows
        )
        try write(transition, about: request.secret)
        let held = try joining == nil ? rows.hold() : nil
        let isHeld = held.map { $0 > request.requestedAt } ?? false
        return RecordedRequest(request: request, joined: joining, heldUntil: isHeld ? held : nil)
    }

    /// A rotation; nil also where its row can't be decoded, which is a problem of its own.
    func decodable(_ id: RotationID) throws -> Rotation? {
        do { return try RotationTable.find(id, by: generators, in: connection)?.rotation } catch is UndecodableRow {
            return nil
        }
    }
}

package import ControlAPI
package import RotationCore
package import RotationStore
import Scheduling

/// Where somebody asks a hub for something by hand: each request is recorded before it is sent and when it has ended.
package struct HubDesk: Sendable {
    /// A hub that can be asked.
    package struct Hub: Sendable {
        package var api: any SecretsAPI
        /// The time-out of one request.
        package var timeout: Duration
        /// How long after an attempt of unknown effect its value may still arrive.
        package var lateHold: Duration
        /// The longest pause that it may ask for.
        package var retryAfterCap: Duration

        package init(api: any SecretsAPI, timeout: Duration, lateHold: Duration, retryAfterCap: Duration) {
            self.api = api
            self.timeout = timeout
            self.lateHold = lateHold
            self.retryAfterCap = retryAfterCap
        }
    }

    private let queue: any LedgerQueue
    private let names: @Sendable () -> [String]
    private let find: @Sendable (String) throws -> Hub?
    private let clock: any Clock

    /// - Parameters:
    ///   - queue: The history.
    ///   - names: The configured hubs.
    ///   - find: Answers one of them; nil where there is none of that name.
    ///   - clock: Tells the time of entries.
    package init(
        queue: any LedgerQueue,
        names: @escaping @Sendable () -> [String],
        find: @escaping @Sendable (String) throws -> Hub?,
        clock: any Clock
    ) {
        self.queue = queue
        self.names = names
        self.find = find
        self.clock = clock
    }

    private func hub(_ name: String) throws -> Hub {
        guard let hub = try find(name) else {
            throw ControlFailure(status: .noSuchSecret, message: "there is no hub \"\(name)\"")
        }
        return hub
    }

    /// Asks for a change of one secret.
    ///
    /// - Parameters:
    ///   - fields: The parts of the secret that it sets, for the history.
    ///   - despiteHold: Why it may go ahead though an earlier value may still arrive; nil where it may not.
    ///   - send: Sends the one request.
    func change(
        _ operation: HandOperation,
        _ secret: SecretName,
        for caller: Caller,
        fields: [Audit.SecretAttempted.Field]? = nil,
        despiteHold: String? = nil,
        send: @escaping @Sendable (any SecretsAPI) async throws -> Receipt
    ) async throws {
        let hub = try hub(secret.hub)
        // Waiting for a turn and the request itself, then until nothing can be on its way any more.
        let limit = hub.timeout * 2
        let clock = clock
        let until = try await queue.withLedger { ledger in
            try ledger.beginByHand(
                // The time is read when the history's turn has come: the wait for it must not use the hold up.
                HandChange(operation, secret, actor: caller.actor, now: clock.now),
                holdFor: LateHold.longest(timeout: hub.timeout, lateHold: hub.lateHold),
                despiteHold: despiteHold,
                fields: fields
            )
        }
        let result = await Self.result { try await withTimeout(limit) { try await send(hub.api) } }
        let hold = HandHold(until: until, settling: hub.lateHold)
        try await recordEnd(of: operation, secret, result) { ledger in
            let change = HandChange(operation, secret, actor: caller.actor, now: clock.now)
            try ledger.endByHand(change, result, hold: hold, cap: hub.retryAfterCap)
        }
        if case .failure(let error) = result {
            let note = error.effect == .unknown ? "; it may have been done all the same: see secret list" : ""
            throw ControlFailure(error, about: "\(secret)", note: note)
        }
    }

    /// Records an end, and tries again for a while where the history can't be written: the hub has answered already.
    private func recordEnd(
        of operation: HandOperation,
        _ secret: SecretName,
        _ result: Result<Receipt, HubError>,
        _ record: @escaping @Sendable (Ledger) throws -> Void
    ) async throws {
        for _ in 0..<10 {
            do { return try await queue.withLedger(record) } catch { try? await Task.sleep(for: .seconds(1)) }
        }
        let said = (try? result.get()) == nil ? "the hub did not do it" : "the hub has done it"
        throw ControlFailure(
            status: .inputOutput,
            message: "\(secret): \(operation.rawValue): \(said), but the history can't be written: do not repeat it "
                + "before you have looked with secret list"
        )
    }

    /// Lists a hub's secrets.
    func list(
        _ name: String,
        alias: SecretAlias?,
        workspace: String?,
        for caller: Caller
    ) async throws -> [ListedSecret] {
        let hub = try hub(name)
        let now = clock.now
        try await queue.withLedger { try $0.checkHubIsOpen(name, now: now) }
        let result = await Self.result {
            try await withTimeout(hub.timeout * 2) { try await hub.api.list(alias: alias, workspace: workspace) }
        }
        let end = clock.now
        try await queue.withLedger {
            try $0.noteListing(of: name, result.map(\.count), actor: caller.actor, now: end, cap: hub.retryAfterCap)
        }
        do { return try result.get() } catch { throw ControlFailure(error, about: "hub \(name)") }
    }

    /// Tells of each hub whether its token is accepted; writes nothing, so that `check` changes nothing.
    func probe() async throws -> [HubAnswer] {
        var answers: [HubAnswer] = []
        for name in names().sorted() {
            guard let hub = try find(name) else { continue }
            let now = clock.now
            do {
                try await queue.withLedger { try $0.checkHubIsOpen(name, now: now) }
            } catch let refusal as Ledger.Refusal {
                answers.append(HubAnswer(hub: name, problem: "\(refusal)"))
                continue
            }
            answers.append(await Self.probe(name, hub))
        }
        return answers
    }

    /// Lists one hub's secrets.
    package static func probe(_ name: String, _ hub: Hub) async -> HubAnswer {
        let result = await result {
            try await withTimeout(hub.timeout * 2) { try await hub.api.list(alias: nil, workspace: nil) }
        }
        switch result {
        case .success(let secrets): return HubAnswer(hub: name, aliases: secrets.map(\.alias))
        case .failure(let error): return HubAnswer(hub: name, problem: "\(error)")
        }
    }

    private static func result<T>(_ body: () async throws -> T) async -> Result<T, HubError> {
        do {
            return .success(try await body())
        } catch {
            let isLate = error is TimedOut
            return .failure((error as? HubError) ?? HubError(isLate ? .timedOut : .cancelled))
        }
    }
}

extension ControlFailure {
    /// What a hub's refusal means for a command.
    ///
    /// - Parameter note: More to say.
    package init(_ error: HubError, about subject: String, note: String = "") {
        let status: Status =
            switch error.kind {
            case .notFound: .noSuchSecret
            case .unauthorized, .forbidden: .notPermitted
            case .noToken: .configuration
            case .conflict, .rejected, .redirected: .failed
            default: .unavailable
            }
        self.init(status: status, message: "\(subject): \(error)\(note)")
    }
}

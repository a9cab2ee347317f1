package import ControlAPI
package import RotationCore
package import RotationStore
import Scheduling

/// Calls hubs for commands.
///
/// Each request is recorded before it is sent and when it has ended.
package struct HubGateway: Sendable {
    /// A configured hub.
    package struct Hub: Sendable {
        package var api: any SecretsAPI
        /// The hub's own audit log, where it is held against the history.
        package var auditLog: (any HubAuditAPI)?
        /// The time-out of one request.
        package var timeout: Duration
        /// How long the value of an ambiguous attempt may still arrive after it.
        package var lateHold: Duration
        /// The longest pause that a `Retry-After` can cause.
        package var retryAfterCap: Duration

        package init(
            api: any SecretsAPI,
            auditLog: (any HubAuditAPI)? = nil,
            timeout: Duration,
            lateHold: Duration,
            retryAfterCap: Duration
        ) {
            self.api = api
            self.auditLog = auditLog
            self.timeout = timeout
            self.lateHold = lateHold
            self.retryAfterCap = retryAfterCap
        }
    }

    let queue: any LedgerQueue
    private let names: @Sendable () -> [String]
    private let find: @Sendable (String) throws -> Hub?
    let clock: any Clock

    /// - Parameters:
    ///   - queue: The history.
    ///   - names: The configured hubs.
    ///   - find: Returns a hub by its name; nil if there is none.
    ///   - clock: The clock for entries.
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

    func hub(_ name: String) throws -> Hub {
        guard let hub = try find(name) else {
            throw ControlFailure(status: .noSuchSecret, message: "there is no hub \"\(name)\"")
        }
        return hub
    }

    /// Sends one change of a secret.
    ///
    /// - Parameters:
    ///   - fields: The fields of the secret that are set, for the history.
    ///   - despiteHold: The reason for overriding a hold; nil to respect it.
    ///   - send: Sends the request.
    func change(
        _ operation: HandOperation,
        _ secret: SecretName,
        for caller: Caller,
        fields: [Audit.SecretAttempted.Field]? = nil,
        despiteHold: String? = nil,
        send: @escaping @Sendable (any SecretsAPI) async throws -> Receipt
    ) async throws {
        let hub = try hub(secret.hub)
        // Once for the wait for a permit, once for the request.
        let limit = hub.timeout * 2
        let clock = clock
        let until = try await queue.withLedger { ledger in
            try ledger.beginByHand(
                // The time is read inside the queue: waiting for the queue must not shorten the hold.
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
            let note = error.effect == .unknown ? "; the hub may have done it anyway: see secret list" : ""
            throw ControlFailure(error, about: "\(secret)", note: note)
        }
    }

    /// Records the end of a request, and retries for a while if the history can't be written: the hub has already
    /// answered.
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
                + "before you have checked with secret list"
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

    /// Checks whether each hub accepts its token; it records nothing, so that `check` changes nothing.
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

    static func result<T>(_ body: () async throws -> T) async -> Result<T, HubError> {
        do {
            return .success(try await body())
        } catch {
            let isLate = error is TimedOut
            return .failure((error as? HubError) ?? HubError(isLate ? .timedOut : .cancelled))
        }
    }
}

extension ControlFailure {
    /// Converts a hub's error to a failure with its exit status.
    ///
    /// - Parameter note: Text to add to the message.
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

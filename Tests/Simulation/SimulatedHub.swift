import RotationCore
import Scheduling
import SecretMemory
import Synchronization

/// A hub that outlives the daemon's processes, with the documented rules and faults by chance.
final class SimulatedHub: Sendable {
    private struct Secret {
        var value: [UInt8] = []
        var updatedAt: Int64 = 1
        var updatedBy = SimulatedHub.us
    }

    /// Whom the hub names for our token, and for another client of it.
    static let us = "user-1"
    static let other = "user-2"

    private struct State {
        var secrets: [String: Secret] = [:]
        /// What each secret was before, the newest last: a stale replica still lists it.
        var past: [String: [(until: Duration, secret: Secret)]] = [:]
        /// How far the hub's clock is off: a fail-over sets it back.
        var clockOffset: Int64 = 1_700_000_000_000
        /// Values that may still arrive, by secret.
        var onTheirWay: [String: [[UInt8]]] = [:]
        /// Whether the daemon can tell another client's edits from its own updates.
        var hasOthers = false
        var weather = Weather.fair
        var hasNewToken = false
    }

    /// What the whole hub is like for a while.
    enum Weather: Sendable, CaseIterable {
        case fair
        case down
        case tokenRevoked
        case outOfUnits
        case refusesLists
    }

    let name: String
    /// Whether it lists whatever happens, and may answer 2xx without having done anything.
    ///
    /// Another one may refuse lists, and its 2xx is all that there is.
    let isListing: Bool
    /// What its `updated_at` counts, in milliseconds.
    private let resolution: Int64
    let timeout = Duration.seconds(30)
    /// What was sent and timed out arrives within this time, or never.
    static let lateHold = Duration.seconds(300)
    private let state = Mutex(State())
    private let world: Surroundings

    /// What hubs, storage and generators of a world share.
    struct Surroundings: Sendable {
        var time: SimulatedTime
        var dice: Dice
        var judge: Judge
        var counts: FaultCounts
        /// What the hubs have received and answered.
        let transcript = Transcript()
        /// One request, write or step in so many meets a fault; 0 for none.
        var odds: @Sendable () -> Int

        init(
            time: SimulatedTime,
            dice: Dice,
            judge: Judge,
            counts: FaultCounts,
            odds: @escaping @Sendable () -> Int
        ) {
            (self.time, self.dice, self.judge, self.counts, self.odds) = (time, dice, judge, counts, odds)
        }
    }

    init(name: String, isListing: Bool, _ world: Surroundings) {
        self.name = name
        self.isListing = isListing
        resolution = world.dice.once(in: 3) ? 1000 : 1
        self.world = world
    }

    func add(_ alias: String) { state.withLock { $0.secrets[alias] = Secret() } }

    func value(of alias: String) -> [UInt8]? { state.withLock { $0.secrets[alias]?.value } }

    /// Whether the hub holds a value, or may come to hold it.
    func mayHold(_ value: [UInt8], _ alias: String) -> Bool {
        state.withLock { $0.secrets[alias]?.value == value || $0.onTheirWay[alias]?.contains(value) ?? false }
    }

    var weather: Weather { state.withLock { $0.weather } }

    func set(_ weather: Weather) {
        if weather == .refusesLists && isListing { return }
        state.withLock { state in
            if state.weather == .tokenRevoked && weather != .tokenRevoked { state.hasNewToken = true }
            state.weather = weather
        }
    }

    fileprivate func takeNewToken() -> Bool {
        state.withLock { state in
            defer { state.hasNewToken = false }
            return state.hasNewToken
        }
    }

    // MARK: Others

    /// From now on another client edits descriptions, too.
    func admitOthers() { state.withLock { $0.hasOthers = true } }

    /// Another client changes a secret's description.
    func editDescription(of alias: String) {
        world.counts.add(.foreignEdit)
        state.withLock { state in
            guard let secret = state.secrets[alias] else { return }
            put(Secret(value: secret.value, updatedBy: Self.other), alias, &state)
        }
    }

    /// Another machine takes over, whose clock is slower.
    func failOver() {
        world.counts.add(.failOver)
        let step = Int64(1 + world.dice.roll(3600)) * 1000
        state.withLock { $0.clockOffset -= step }
    }

    private func put(_ secret: Secret, _ alias: String, _ state: inout State) {
        let uptime = world.time.uptime
        if let before = state.secrets[alias] {
            state.past[alias, default: []].append((uptime, before))
            state.past[alias]?.removeAll { $0.until < uptime - .seconds(60) }
        }
        var secret = secret
        let time = state.clockOffset + uptime.milliseconds
        secret.updatedAt = time / resolution
        state.secrets[alias] = secret
    }

    /// What a replica lists that is less than a second behind.
    private func listed(_ alias: String, _ secret: Secret, isStale: Bool, _ state: State) -> ListedSecret {
        let since = world.time.uptime - .seconds(1)
        let old = isStale ? state.past[alias]?.first { $0.until > since }?.secret : nil
        let shown = old ?? secret
        return ListedSecret(alias: alias, updatedAt: shown.updatedAt, lastUpdatedBy: shown.updatedBy)
    }

    // MARK: Requests

    /// The error that the weather answers with; nil in fair weather.
    private func weatherError(isList: Bool) -> HubError? {
        switch weather {
        case .fair: nil
        case .down: HubError(.connectionFailed)
        case .tokenRevoked: HubError(.unauthorized, status: 401)
        case .outOfUnits: isList ? nil : HubError(.forbidden, status: 403)
        case .refusesLists: isList ? HubError(.forbidden, status: 403) : nil
        }
    }

    fileprivate func list(_ alias: String?, _ process: Process) async throws(HubError) -> [ListedSecret] {
        try await world.transcript.record("list \(name)/\(alias ?? "")", at: world.time) { () throws(HubError) in
            try await answerList(alias, process)
        }
    }

    private func answerList(_ alias: String?, _ process: Process) async throws(HubError) -> [ListedSecret] {
        world.judge.received(at: name, isProbe: alias == nil, from: process)
        await world.time.sleep(world.dice.duration(1...2000))
        if process.isDead { throw HubError(.cancelled) }
        let faults = Self.listFaults.filter { $0.0 != .listRefused || !isListing }
        if let error = weatherError(isList: true) ?? chance(of: faults) { throw error }
        let isStale = world.dice.once(in: world.odds())
        if isStale { world.counts.add(.staleList) }
        return state.withLock { state in
            state.secrets.filter { alias == nil || $0.key == alias }.sorted { $0.key < $1.key }
                .map { listed($0.key, $0.value, isStale: isStale, state) }
        }
    }

    fileprivate func update(_ alias: String, _ value: [UInt8], _ process: Process) async throws(HubError) -> Receipt {
        try await world.transcript.record("update \(name)/\(alias)", value, at: world.time) { () throws(HubError) in
            try await answerUpdate(alias, value, process)
        }
    }

    private func answerUpdate(_ alias: String, _ value: [UInt8], _ process: Process) async throws(HubError) -> Receipt {
        world.judge.received(at: name, isProbe: false, from: process)
        if weather == .down {
            await world.time.sleep(world.dice.duration(1...500))
            throw HubError(.connectionFailed)
        }
        world.judge.received(value, for: "\(name)/\(alias)", from: process)
        let fault =
            world.dice.once(in: world.odds()) ? Self.updateFaults[world.dice.roll(Self.updateFaults.count)] : nil
        if let error = weatherError(isList: false) {
            await world.time.sleep(world.dice.duration(1...2000))
            throw error
        }
        return try await answer(alias, value, fault, process)
    }

    private static let listFaults: [(Fault, HubError)] = [
        (.timeOutBeforeApplying, HubError(.timedOut)), (.connectionFailed, HubError(.connectionFailed)),
        (.unavailable, HubError(.unavailable, status: 503)), (.listRefused, HubError(.forbidden, status: 403)),
        (.throttled, HubError(.throttled, status: 429, retryAfter: .seconds(40))),
    ]

    private static let updateFaults: [Fault] = [
        .timeOutBeforeApplying, .timeOutAfterApplying, .lateApplication, .connectionLost, .connectionFailed, .forbidden,
        .notFound, .rejected, .throttled, .unavailable, .legacyError, .timeOutAfterApplying, .lateApplication,
        .noEffect,
        .noEffect,
    ]

    private func chance(of faults: [(Fault, HubError)]) -> HubError? {
        guard world.dice.once(in: world.odds()) else { return nil }
        let (fault, error) = faults[world.dice.roll(faults.count)]
        world.counts.add(fault)
        return error
    }

    /// Applies an update, or does not, and answers, or does not.
    private func answer(
        _ alias: String,
        _ value: [UInt8],
        _ fault: Fault?,
        _ process: Process
    ) async throws(HubError) -> Receipt {
        if let fault { world.counts.add(fault) }
        let latency = world.dice.duration(1...3000)
        switch fault {
        case .timeOutBeforeApplying:
            await world.time.sleep(timeout)
            throw HubError(.timedOut)
        case .timeOutAfterApplying:
            arrive(alias, value, after: latency)
            await world.time.sleep(timeout)
            throw HubError(.timedOut)
        case .lateApplication:
            // Some proxy holds it: it arrives when its sender has given up or died, but within the hold after that.
            arriveLate(alias, value, after: world.dice.duration(1...299_000), process)
            await world.time.sleep(timeout)
            throw HubError(.timedOut)
        case .connectionLost:
            if world.dice.once(in: 2) { arrive(alias, value, after: latency) }
            await world.time.sleep(latency + .milliseconds(1))
            throw HubError(.connectionLost)
        case .noEffect where isListing:
            // Some gateway answers in its place; and another client's edit moves what would prove an update.
            let isEdited = state.withLock { $0.hasOthers } && world.dice.once(in: 3)
            if isEdited { world.time.after(latency) { [self] in editDescription(of: alias) } }
            await world.time.sleep(latency)
            return Receipt(status: 200, requestID: "r")
        case .some(let fault):
            await world.time.sleep(latency)
            throw error(fault)
        case nil:
            arrive(alias, value, after: latency)
            await world.time.sleep(latency + .milliseconds(world.dice.roll(50)))
            return Receipt(status: 200, requestID: "r")
        }
    }

    private func error(_ fault: Fault) -> HubError {
        switch fault {
        case .forbidden: HubError(.forbidden, status: 403)
        case .notFound: HubError(.notFound, status: 404)
        case .rejected: HubError(.rejected, status: 400)
        case .throttled: HubError(.throttled, status: 429, retryAfter: .seconds(world.dice.once(in: 6) ? 86_400 : 90))
        case .legacyError: HubError(.legacyError, status: 200)
        case .connectionFailed: HubError(.connectionFailed)
        default: HubError(.unavailable, status: 503)
        }
    }

    /// The update takes place after a while, whether its sender lives to see it or not.
    private func arrive(_ alias: String, _ value: [UInt8], after delay: Duration) {
        state.withLock { $0.onTheirWay[alias, default: []].append(value) }
        world.time.after(delay) { [self] in apply(alias, value) }
    }

    /// The update takes place a while after its sender has given it up.
    ///
    /// One that has died before its time-out gave it up then, so that the while has begun earlier.
    private func arriveLate(_ alias: String, _ value: [UInt8], after delay: Duration, _ process: Process) {
        state.withLock { $0.onTheirWay[alias, default: []].append(value) }
        world.time.after(timeout) { [self] in
            let rest = process.isDead ? max(.milliseconds(1), delay - timeout) : delay
            world.time.after(rest) { [self] in apply(alias, value) }
        }
    }

    private func apply(_ alias: String, _ value: [UInt8]) {
        state.withLock { state in
            if let index = state.onTheirWay[alias]?.firstIndex(of: value) {
                state.onTheirWay[alias]?.remove(at: index)
            }
            put(Secret(value: value), alias, &state)
        }
        world.judge.applied(value, to: "\(name)/\(alias)")
    }
}

/// One process's client of a hub.
struct SimulatedClient: SecretsAPI {
    private let hub: SimulatedHub
    private let process: Process
    private let world: SimulatedHub.Surroundings

    init(_ hub: SimulatedHub, _ process: Process, _ world: SimulatedHub.Surroundings) {
        (self.hub, self.process, self.world) = (hub, process, world)
    }

    func permit() async throws(HubError) -> SendPermit {
        // The wait for the hub's limits.
        await world.time.sleep(world.dice.duration(0...200))
        if process.isDead { throw HubError(.notSent) }
        return SendPermit {}
    }

    func update(_ update: SecretUpdate, using permit: consuming SendPermit) async throws(HubError) -> Receipt {
        // Whatever a dead process is told, it can record nothing of it.
        if process.isDead { throw HubError(.cancelled) }
        let value = update.value?.withUTF8 { Array($0) } ?? []
        let receipt = try await hub.update(update.alias.text, value, process)
        if process.isDead { throw HubError(.cancelled) }
        return receipt
    }

    func list(
        alias: SecretAlias?,
        workspace: String?,
        using permit: consuming SendPermit
    ) async throws(HubError) -> [ListedSecret] {
        if process.isDead { throw HubError(.cancelled) }
        return try await hub.list(alias?.text, process)
    }

    func create(_ creation: SecretCreation, using permit: consuming SendPermit) async throws(HubError) -> Receipt {
        throw HubError(.rejected)
    }

    func delete(_ alias: SecretAlias, using permit: consuming SendPermit) async throws(HubError) -> Receipt {
        throw HubError(.rejected)
    }

    func hasNewToken() async -> Bool { hub.takeNewToken() }
}

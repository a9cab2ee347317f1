package import RotationCore
import SecretMemory
import Synchronization

/// A hub in memory that answers as it is told, and as a hub does where it is told nothing.
package final class ScriptedHub: SecretsAPI {
    /// How an update goes.
    package enum UpdateAnswer: Sendable {
        case apply
        /// The hub applies it, and the error comes back all the same.
        case applyThenFail(HubError)
        case fail(HubError)
    }

    private struct State {
        var values: [String: [UInt8]] = [:]
        var updatedAt: [String: Int64] = [:]
        var clock: Int64 = 1000
        var updates: [UpdateAnswer] = []
        var lists: [HubError?] = []
        var sent: [(alias: String, value: [UInt8]?, hasMore: Bool)] = []
        var listCalls = 0
        var isStale = false
        var tokenLook: (@Sendable () async -> Void)?

        mutating func apply(_ alias: String, _ value: [UInt8]?) {
            clock += 1
            values[alias] = value
            updatedAt[alias] = clock
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Puts a secret there.
    package func add(_ alias: String) {
        state.withLock { state in
            state.values[alias] = []
            state.updatedAt[alias] = 1
        }
    }

    /// Takes a secret away.
    package func remove(_ alias: String) {
        state.withLock { $0.values[alias] = nil }
    }

    /// Answers for the next updates, in order.
    package func script(_ answers: UpdateAnswer...) { state.withLock { $0.updates += answers } }
    /// Failures of the next list calls, in order; nil for none.
    package func scriptLists(_ failures: HubError?...) { state.withLock { $0.lists += failures } }
    /// Whether lists go on showing the old `updated_at`.
    package func setStale(_ isStale: Bool) { state.withLock { $0.isStale = isStale } }
    /// How many updates were sent for a secret.
    package func sentCount(_ alias: String) -> Int { state.withLock { $0.sent.count { $0.alias == alias } } }
    /// How many different values were sent for a secret.
    package func distinctValues(_ alias: String) -> Int {
        state.withLock { Set($0.sent.filter { $0.alias == alias }.map(\.value)).count }
    }
    /// Whether the hub holds the value that was sent last.
    package func holdsLastSent(_ alias: String) -> Bool {
        state.withLock { state in state.sent.last { $0.alias == alias }?.value == state.values[alias] }
    }
    /// Whether any update carried more than alias and value.
    package var sentMore: Bool { state.withLock { $0.sent.contains { $0.hasMore } } }
    /// How many list calls there were.
    package var listCalls: Int { state.withLock { $0.listCalls } }

    package func permit() async throws(HubError) -> SendPermit { SendPermit {} }

    package func update(
        _ update: SecretUpdate,
        using permit: consuming SendPermit
    ) async throws(HubError) -> Receipt {
        let value = update.value?.withUTF8 { Array($0) }
        let alias = update.alias.text
        let failure: HubError? = state.withLock { state in
            state.sent.append((alias, value, update.description != nil || update.access != nil))
            let answer = state.updates.isEmpty ? .apply : state.updates.removeFirst()
            guard state.values[alias] != nil else { return HubError(.notFound, status: 404) }
            switch answer {
            case .fail(let error): return error
            case .apply: break
            case .applyThenFail(let error):
                state.apply(alias, value)
                return error
            }
            state.apply(alias, value)
            return nil
        }
        if let failure { throw failure }
        return Receipt(status: 200, requestID: "req-1")
    }

    /// What a look for a new token, which finds none, waits for.
    package func setTokenLook(_ look: @escaping @Sendable () async -> Void) { state.withLock { $0.tokenLook = look } }

    package func hasNewToken() async -> Bool {
        await state.withLock { $0.tokenLook }?()
        return false
    }

    package func create(
        _ creation: SecretCreation,
        using permit: consuming SendPermit
    ) async throws(HubError) -> Receipt { throw HubError(.rejected) }

    package func delete(_ alias: SecretAlias, using permit: consuming SendPermit) async throws(HubError) -> Receipt {
        throw HubError(.rejected)
    }

    package func list(
        alias: SecretAlias?,
        workspace: String?,
        using permit: consuming SendPermit
    ) async throws(HubError) -> [ListedSecret] {
        let (failure, listed): (HubError?, [ListedSecret]) = state.withLock { state in
            state.listCalls += 1
            if !state.lists.isEmpty, let failure = state.lists.removeFirst() { return (failure, []) }
            let names = state.values.keys.filter { alias == nil || $0 == alias?.text }
            return (nil, names.map { ListedSecret(alias: $0, updatedAt: state.isStale ? 1 : state.updatedAt[$0]) })
        }
        if let failure { throw failure }
        return listed
    }
}

import Foundation
import Synchronization

/// A local AI Hub: the secrets API's four operations with the documented rules, and faults on demand.
package final class SandboxHub: Sendable {
    /// A received request.
    package struct Received: Codable, Hashable, Sendable {
        /// `PATCH`, `POST`, `GET` or `DELETE`.
        package var method: String
        /// The alias that it names, if any.
        package var alias: String?
        /// The body's keys, sorted.
        package var keys: [String]
        /// The value in the request.
        package var value: String?
        /// `IB-Context`.
        package var context: String?
        /// Whether the operation was applied and answered without a fault.
        package var applied: Bool
        /// Unix time in milliseconds.
        package var time: Int64
    }

    private struct Shared {
        var state = SandboxState()
        var faults: [SandboxFault] = []
        var received: [Received] = []
        /// The accepted tokens, with their users.
        var tokens: [String: String]
        /// The name under which there is an audit log; nil for none.
        var logType: String?
    }

    /// The answer to a request.
    enum Answer {
        case reply(status: Int, headers: [String: String], body: Data)
        case drop
    }

    private let shared: Mutex<Shared>
    private let keepsReceived: Bool
    /// The user of the first token.
    private static let user = "sandbox"

    /// - Parameters:
    ///   - token: The bearer token that is accepted.
    ///   - testHooks: Whether received requests are kept with their values.
    package init(token: String, testHooks: Bool) {
        shared = Mutex(Shared(tokens: [token: Self.user]))
        keepsReceived = testHooks
    }

    // MARK: Hooks

    /// Injects faults into the next requests; earlier faults of the list apply first.
    package func inject(_ faults: [SandboxFault]) {
        shared.withLock { $0.faults += faults }
    }

    /// Removes all remaining faults.
    package func clearFaults() {
        shared.withLock { $0.faults = [] }
    }

    /// Adds a token to the accepted ones.
    ///
    /// - Parameter user: To whom it belongs; to whom the first one does, if not given.
    package func accept(_ token: String, of user: String? = nil) {
        shared.withLock { $0.tokens[token] = user ?? Self.user }
    }

    /// Changes a secret's description directly, as another client does.
    package func change(_ alias: String, by user: String) {
        let body: [String: Any] = ["alias": alias, "description": "changed by \(user)"]
        _ = shared.withLock { $0.state.perform("PATCH", body, by: user, now: Self.now) }
    }

    /// Deletes a secret directly, as another client does.
    package func delete(_ alias: String, by user: String) {
        _ = shared.withLock { $0.state.perform("DELETE", ["alias": alias], by: user, now: Self.now) }
    }

    /// Logs an update of a secret that has taken place some seconds ago, without one.
    package func logChange(_ alias: String, by user: String, age: Int64) {
        shared.withLock {
            $0.state.log(.init(time: Self.now - age * 1000, operation: "update", alias: alias, user: user))
        }
    }

    /// Keeps an audit log from now on, and serves it.
    ///
    /// - Parameter type: The name of the log, such as `org_secrets_v2`; any other is an error.
    package func keepAuditLog(as type: String) {
        shared.withLock { shared in
            shared.logType = type
            shared.state.keepsLog = true
        }
    }

    /// Removes a token from the accepted ones.
    package func revoke(_ token: String) {
        shared.withLock { $0.tokens[token] = nil }
    }

    /// The requests so far, if they are kept.
    package var received: [Received] {
        shared.withLock { $0.received }
    }

    /// A secret's value.
    package func value(of alias: String) -> String? {
        shared.withLock { $0.state.secrets[alias]?.value }
    }

    /// Creates a secret directly, without a request.
    package func create(_ alias: String, value: String) {
        let body: [String: Any] = ["alias": alias, "value": value, "allowed_workspaces_type": "ALL"]
        _ = shared.withLock { $0.state.perform("POST", body, by: Self.user, now: Self.now) }
    }

    // MARK: Requests

    /// Answers a request, with the faults that apply to it.
    func answer(
        method: String,
        authorization: String?,
        context: String?,
        query: [String: String],
        body data: Data
    ) async -> Answer {
        let body = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        let alias = method == "GET" ? query["alias"] : body?["alias"] as? String
        // The token is checked when the request arrives, not after the delay.
        let user = user(authorization)
        let fault = takeFault(method: method, alias: alias)
        if let delay = fault?.delay { try? await Task.sleep(for: .milliseconds(delay)) }
        var reply = SandboxState.Reply.failure(401, "invalid token")
        let spoiled = fault?.effect.spoils ?? false
        if let user, !spoiled {
            reply = perform(method, query: query, body: body, by: user)
        }
        keep(method, alias, body, context, applied: !spoiled && reply.status < 300)
        return Self.answer(reply, fault?.effect)
    }

    /// The user of an accepted token.
    private func user(_ authorization: String?) -> String? {
        guard let authorization, authorization.hasPrefix("Bearer ") else { return nil }
        return shared.withLock { $0.tokens[String(authorization.dropFirst("Bearer ".count))] }
    }

    /// Answers a request for the hub's own audit log, with the faults whose method is `LOG`.
    func auditLog(authorization: String?, body data: Data) -> Answer {
        let fault = takeFault(method: "LOG", alias: nil)
        let question = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
        var reply = SandboxState.Reply.failure(401, "invalid token")
        if user(authorization) != nil {
            reply = shared.withLock { shared in
                guard let type = shared.logType else { return .failure(404, "not found") }
                return shared.state.auditLog(question, type: type)
            }
        }
        keep("LOG", question["log_type"] as? String, question, nil, applied: reply.status < 300)
        return Self.answer(reply, fault?.effect)
    }

    private func perform(
        _ method: String,
        query: [String: String],
        body: [String: Any]?,
        by user: String
    ) -> SandboxState.Reply {
        if method == "GET" {
            return shared.withLock { $0.state.list(alias: query["alias"], workspace: query["workspace"]) }
        }
        guard let body else { return .failure(400, "the body is not a JSON object") }
        return shared.withLock { $0.state.perform(method, body, by: user, now: Self.now) }
    }

    private func takeFault(method: String, alias: String?) -> SandboxFault? {
        shared.withLock { shared in
            guard let index = shared.faults.firstIndex(where: { $0.matches(method: method, alias: alias) }) else {
                return nil
            }
            let fault = shared.faults[index]
            let left = (fault.times ?? 1) - 1
            if left > 0 { shared.faults[index].times = left } else { shared.faults.remove(at: index) }
            return fault
        }
    }

    private func keep(_ method: String, _ alias: String?, _ body: [String: Any]?, _ context: String?, applied: Bool) {
        guard keepsReceived else { return }
        let received = Received(
            method: method,
            alias: alias,
            keys: (body ?? [:]).keys.sorted(),
            value: body?["value"] as? String,
            context: context,
            applied: applied,
            time: Self.now
        )
        shared.withLock { $0.received.append(received) }
    }

    private static func answer(_ reply: SandboxState.Reply, _ effect: SandboxFault.Effect?) -> Answer {
        switch effect {
        case .dropBefore, .dropAfter: .drop
        case .status(let status, let headers, let body):
            .reply(status: status, headers: headers, body: body.map { Data($0.utf8) } ?? json(["message": "fault"]))
        case .legacyError: .reply(status: 200, headers: [:], body: json(["status": "ERROR", "msg": "fault"]))
        case .redirect(let place): .reply(status: 307, headers: ["Location": place], body: Data())
        case .slow, nil: .reply(status: reply.status, headers: [:], body: json(reply.body))
        }
    }

    private static func json(_ object: [String: Any]) -> Data {
        (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data()
    }

    private static var now: Int64 {
        Int64(Date().timeIntervalSince1970 * 1000)
    }
}

extension SandboxFault.Effect {
    /// Whether the fault prevents the operation.
    fileprivate var spoils: Bool {
        switch self {
        case .dropAfter, .slow: false
        case .status, .dropBefore, .legacyError, .redirect: true
        }
    }
}

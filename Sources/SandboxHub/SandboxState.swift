import Foundation

/// The secrets of a sandbox and the API's rules: a pure value that receives the time as a parameter.
struct SandboxState {
    /// A secret, with its value in clear text.
    struct Secret {
        var alias: String
        var value: String
        var description: String?
        var workspacesType: String
        var workspaces: [String]
        var createdAt: Int64
        var updatedAt: Int64
        var updatedBy: String
    }

    /// An entry of the hub's own audit log.
    struct LogEntry {
        var time: Int64
        var operation: String
        var alias: String
        var user: String
    }

    /// An answer of the API.
    struct Reply: Sendable {
        var status: Int
        var body: [String: any Sendable] = [:]

        static func failure(_ status: Int, _ message: String) -> Reply {
            Reply(status: status, body: ["message": message])
        }
    }

    private(set) var secrets: [String: Secret] = [:]
    /// The changes so far, while ``keepsLog``.
    private(set) var log: [LogEntry] = []
    /// Whether changes are logged.
    var keepsLog = false
    private static let valueLimit = 45_000
    private static let types: Set<String> = ["ALL", "SOME", "NONE"]

    /// Performs an operation with a JSON body.
    ///
    /// - Parameter user: The user to whom the token belongs.
    mutating func perform(_ method: String, _ body: [String: Any], by user: String, now: Int64) -> Reply {
        let reply = perform(method, body, user, now)
        let operations = ["PATCH": "update", "POST": "create", "DELETE": "delete"]
        if keepsLog, reply.status < 300, let operation = operations[method], let alias = body["alias"] as? String {
            log.append(LogEntry(time: now, operation: operation, alias: alias, user: user))
        }
        return reply
    }

    private mutating func perform(_ method: String, _ body: [String: Any], _ user: String, _ now: Int64) -> Reply {
        if let problem = Self.problem(with: body) { return .failure(400, problem) }
        guard let alias = body["alias"] as? String else { return .failure(400, "alias is required") }
        switch method {
        case "PATCH": return update(alias, body, user, now: now)
        case "POST": return create(alias, body, user, now: now)
        case "DELETE": return delete(alias)
        default: return .failure(405, "no such method")
        }
    }

    /// Adds an entry to the audit log.
    mutating func log(_ entry: LogEntry) { log.append(entry) }

    func list(alias: String?, workspace: String?) -> Reply {
        let matching = secrets.values.filter { secret in
            (alias.map { $0 == secret.alias } ?? true) && (workspace.map(secret.isAllowed) ?? true)
        }
        let sorted = matching.sorted { $0.alias < $1.alias }
        return Reply(status: 200, body: ["secrets": sorted.map(\.listed)])
    }

    private mutating func update(_ alias: String, _ body: [String: Any], _ user: String, now: Int64) -> Reply {
        guard var secret = secrets[alias] else { return .failure(404, "secret not found") }
        secret.apply(body)
        secret.updatedAt = max(now, secret.updatedAt + 1)
        secret.updatedBy = user
        secrets[alias] = secret
        return Reply(status: 200)
    }

    private mutating func create(_ alias: String, _ body: [String: Any], _ user: String, now: Int64) -> Reply {
        guard secrets[alias] == nil else { return .failure(409, "secret exists") }
        guard body["value"] is String else { return .failure(400, "value is required") }
        guard let type = body["allowed_workspaces_type"] as? String else {
            return .failure(400, "allowed_workspaces_type is required")
        }
        var secret = Secret(
            alias: alias,
            value: "",
            workspacesType: type,
            workspaces: [],
            createdAt: now,
            updatedAt: now,
            updatedBy: user
        )
        secret.apply(body)
        secrets[alias] = secret
        return Reply(status: 200)
    }

    private mutating func delete(_ alias: String) -> Reply {
        secrets.removeValue(forKey: alias) == nil ? .failure(404, "secret not found") : Reply(status: 200)
    }

    /// The first documented rule that a body violates; nil if it is valid.
    private static func problem(with body: [String: Any]) -> String? {
        if let key = body.first(where: { $0.value is NSNull })?.key { return "\(key) must not be null" }
        for key in ["alias", "value", "description", "allowed_workspaces_type"] {
            if let field = body[key], !(field is String) { return "\(key) must be a string" }
        }
        if let workspaces = body["allowed_workspaces"], !(workspaces is [String]) {
            return "allowed_workspaces must be a list of strings"
        }
        if let alias = body["alias"] as? String, !isAlias(alias) { return "alias has a character that is not allowed" }
        if let value = body["value"] as? String, value.unicodeScalars.count > valueLimit { return "value is too long" }
        if let type = body["allowed_workspaces_type"] as? String, !types.contains(type) {
            return "allowed_workspaces_type must be ALL, SOME or NONE"
        }
        return nil
    }

    private static func isAlias(_ alias: String) -> Bool {
        !alias.isEmpty
            && alias.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || scalar == "_" || scalar == "-"
            }
    }
}

extension SandboxState.Secret {
    /// Applies the fields of a body.
    fileprivate mutating func apply(_ body: [String: Any]) {
        if let value = body["value"] as? String { self.value = value }
        if let description = body["description"] as? String { self.description = description }
        if let type = body["allowed_workspaces_type"] as? String { workspacesType = type }
        if let workspaces = body["allowed_workspaces"] as? [String] { self.workspaces = workspaces }
    }

    fileprivate func isAllowed(in workspace: String) -> Bool {
        workspacesType == "ALL" || workspacesType == "SOME" && workspaces.contains(workspace)
    }

    /// The secret as the API lists it: without its value.
    fileprivate var listed: [String: any Sendable] {
        var fields: [String: any Sendable] = [
            "alias": alias, "allowed_workspaces_type": workspacesType, "allowed_workspaces": workspaces,
            "org": "sandbox", "created_at": createdAt, "updated_at": updatedAt, "created_by": "sandbox",
            "last_updated_by": updatedBy,
        ]
        fields["description"] = description
        return fields
    }
}

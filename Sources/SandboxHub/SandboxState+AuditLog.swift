/// The sandbox's own audit log, in the format of `POST /v1/auditlogs`.
extension SandboxState {
    /// Answers a question for entries; as the vendor's API does, an error comes as 200.
    ///
    /// - Parameter type: The name under which there is a log.
    func auditLog(_ question: [String: Any], type: String) -> Reply {
        guard question["log_type"] as? String == type else {
            return Reply(status: 200, body: ["status": "ERROR", "msg": "unknown log_type"])
        }
        let start = (question["start_time"] as? String).flatMap { Int64($0) } ?? .min
        let end = (question["end_time"] as? String).flatMap { Int64($0) } ?? .max
        let entries = log.filter { (start...max(start, end)).contains($0.time) }
        let page = entries.dropFirst(question["start"] as? Int ?? 0).prefix(question["size"] as? Int ?? 50)
        let results: [[String: any Sendable]] = page.map { entry in
            [
                "timestamp_millis": String(entry.time), "email": "\(entry.user)@example.com", "user_ip": "127.0.0.1",
                "log_type": type, "operation": entry.operation, "alias": entry.alias,
            ]
        }
        let data: [String: any Sendable] = ["results": results]
        return Reply(status: 200, body: ["status": "OK", "data": data])
    }
}

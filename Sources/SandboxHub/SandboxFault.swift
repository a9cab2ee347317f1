/// A fault that the hub injects into the next matching requests.
package struct SandboxFault: Hashable, Sendable {
    /// Only requests with this method; nil for any.
    package var method: String?
    /// Only requests about this alias; nil for any.
    package var alias: String?
    /// The number of requests with this fault; 1 if absent.
    package var times: Int?
    /// The effect of the fault.
    package var effect: Effect
    /// The delay of the answer in milliseconds.
    package var delay: Int?

    /// The effect of the fault.
    package enum Effect: Hashable, Sendable {
        /// A status with header fields and a body instead of the operation; without a body a message in JSON.
        case status(Int, headers: [String: String] = [:], body: String? = nil)
        /// The connection is closed and the operation is not done.
        case dropBefore
        /// The operation is done, and then the connection is closed.
        case dropAfter
        /// Only the delay.
        case slow
        /// 200 with `{"status":"ERROR"}`, as a legacy gateway answers; the operation is not done.
        case legacyError
        /// 307 to another place.
        case redirect(String)
    }

    package init(_ effect: Effect, method: String? = nil, alias: String? = nil, times: Int? = nil, delay: Int? = nil) {
        self.effect = effect
        self.method = method
        self.alias = alias
        self.times = times
        self.delay = delay
    }

    /// Whether the fault applies to a request.
    func matches(method: String, alias: String?) -> Bool {
        (self.method.map { $0 == method } ?? true) && (self.alias.map { $0 == alias } ?? true)
    }
}

/// A fault in the format of `POST /_test/faults`: `{"method":"PATCH","alias":"x","times":2,"delay_ms":100}` and one of
/// `"status":503` (with `"headers":{…}` and `"body":"…"`), `"drop":"before"`, `"drop":"after"`, `"legacy_error":true`,
/// `"redirect":"URL"`.
extension SandboxFault: Decodable {
    private enum CodingKeys: String, CodingKey {
        case method, alias, times, status, headers, body, drop, redirect
        case delay = "delay_ms"
        case legacyError = "legacy_error"
    }

    /// When a connection is closed.
    private enum Drop: String, Decodable {
        case before
        case after
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try Self.effect(container),
            method: try container.decodeIfPresent(String.self, forKey: .method),
            alias: try container.decodeIfPresent(String.self, forKey: .alias),
            times: try container.decodeIfPresent(Int.self, forKey: .times),
            delay: try container.decodeIfPresent(Int.self, forKey: .delay)
        )
    }

    private static func effect(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Effect {
        if let status = try container.decodeIfPresent(Int.self, forKey: .status) {
            return .status(
                status,
                headers: try container.decodeIfPresent([String: String].self, forKey: .headers) ?? [:],
                body: try container.decodeIfPresent(String.self, forKey: .body)
            )
        }
        if let drop = try container.decodeIfPresent(Drop.self, forKey: .drop) {
            return drop == .before ? .dropBefore : .dropAfter
        }
        if let place = try container.decodeIfPresent(String.self, forKey: .redirect) { return .redirect(place) }
        return try container.decodeIfPresent(Bool.self, forKey: .legacyError) == true ? .legacyError : .slow
    }
}

/// Something that goes wrong with the next requests that match.
package struct SandboxFault: Codable, Hashable, Sendable {
    /// Only requests with this method; nil for any.
    package var method: String?
    /// Only requests about this alias; nil for any.
    package var alias: String?
    /// How many requests it spoils; 1 if absent.
    package var times: Int?
    /// What goes wrong.
    package var effect: Effect
    /// How long the answer is held back first, in milliseconds.
    package var delay: Int?

    private enum CodingKeys: String, CodingKey {
        case method, alias, times, effect
        case delay = "delay_ms"
    }

    /// What goes wrong.
    package enum Effect: Codable, Hashable, Sendable {
        /// A status with header fields instead of the operation.
        case status(Int, headers: [String: String] = [:])
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

    /// Whether it spoils a request.
    func matches(method: String, alias: String?) -> Bool {
        (self.method.map { $0 == method } ?? true) && (self.alias.map { $0 == alias } ?? true)
    }
}

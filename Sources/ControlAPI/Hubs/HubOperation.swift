/// An operation on a hub, sent to the daemon where one runs, because it has the token.
package protocol HubOperation: Codable, Sendable {
    /// The type of its answer.
    associatedtype Answer: Codable & Sendable
    /// Its path in the API: `POST /v1/PATH`.
    static var path: String { get }
    /// The right that its caller needs.
    static var right: Right { get }
    /// The largest request in bytes, including the value.
    static var sizeLimit: Int { get }
}

extension HubOperation {
    package static var sizeLimit: Int { RequestSize.small }
}

/// Something that a command asks a hub for, through the daemon where one runs, as it has the token.
package protocol HubOperation: Codable, Sendable {
    /// What it answers.
    associatedtype Answer: Codable & Sendable
    /// Its place in the API: `POST /v1/PATH`.
    static var path: String { get }
    /// What its caller needs.
    static var right: Right { get }
    /// The most bytes of its request, its value among them.
    static var sizeLimit: Int { get }
}

extension HubOperation {
    package static var sizeLimit: Int { RequestSize.small }
}

package import SecretMemory

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

    /// Does it.
    ///
    /// - Parameters:
    ///   - value: What came beside the operation: a value is never a part of it, as JSON would copy it.
    ///   - desk: Asks the hub, and keeps the history.
    ///   - caller: Who asks.
    func perform(_ value: SecretValue?, at desk: HubDesk, for caller: Caller) async throws -> Answer
}

extension HubOperation {
    package static var sizeLimit: Int { RequestSize.small }
}

import Foundation

/// The submission prefix of a witness: an `https` URL, or plain `http` on a loopback address.
package struct WitnessURL: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is no such URL.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case notAURL
        case scheme
        case plainHTTP(host: String)
        case extraParts

        package var description: String {
            switch self {
            case .notAURL: "not a URL with a host, such as https://witness.example.com/w1"
            case .scheme: "must begin with https://"
            case .plainHTTP(let host): "plain http to \(host) could be answered by others: use https"
            case .extraParts: "must have no user, query or fragment"
            }
        }
    }

    /// The URL as it was given, without a slash at its end.
    package let description: String

    /// Reads a submission prefix.
    package init(_ text: String) throws(Invalid) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let components = URLComponents(string: text, encodingInvalidCharacters: false),
            let host = components.host, !host.isEmpty,
            components.port.map({ (1...65_535).contains($0) }) ?? true
        else { throw .notAURL }
        switch components.scheme?.lowercased() {
        case "https": break
        case "http": guard Self.isLoopback(host) else { throw .plainHTTP(host: host) }
        default: throw .scheme
        }
        guard components.user == nil, components.password == nil, components.query == nil, components.fragment == nil
        else { throw .extraParts }
        var trimmed = text
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        description = trimmed
    }

    /// Where checkpoints are submitted.
    var addCheckpoint: String { description + "/add-checkpoint" }

    /// Literal loopback addresses only, and the name that RFC 6761 reserves for them.
    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1", "[::1]"].contains(host) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && !$0.hasPrefix("+") }
    }
}

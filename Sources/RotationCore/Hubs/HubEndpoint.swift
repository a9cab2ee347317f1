package import Foundation

/// The URL of a hub's API: an `https` root, or plain `http` on a loopback address.
package struct HubEndpoint: Hashable, Sendable {
    /// Why a URL is not a valid endpoint.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case notAURL
        case scheme
        case plainHTTP(host: String)
        case extraParts

        package var description: String {
            switch self {
            case .notAURL: "not a URL with a host, such as https://aihub.instabase.com/api"
            case .scheme: "must begin with https://"
            case .plainHTTP(let host): "plain http would send the token unencrypted to \(host): use https"
            case .extraParts: "must have no user, query or fragment"
            }
        }
    }

    /// The API root, without a slash at its end.
    package let root: URL

    /// Reads an API root.
    package init(_ text: String) throws(Invalid) {
        guard let components = URLComponents(string: text), let host = components.host, !host.isEmpty else {
            throw .notAURL
        }
        switch components.scheme?.lowercased() {
        case "https": break
        case "http":
            guard Self.isLoopback(host) else { throw .plainHTTP(host: host) }
        default: throw .scheme
        }
        guard components.user == nil, components.password == nil, components.query == nil, components.fragment == nil
        else { throw .extraParts }
        guard components.port.map({ (1...65_535).contains($0) }) ?? true else { throw .notAURL }
        var trimmed = components
        while trimmed.path.hasSuffix("/") { trimmed.path.removeLast() }
        guard let root = trimmed.url else { throw .notAURL }
        self.root = root
    }

    /// The host, as it stands in a URL.
    package var host: String {
        URLComponents(url: root, resolvingAgainstBaseURL: false)?.host ?? ""
    }

    /// Whether it is spoken to over TLS.
    package var isEncrypted: Bool { root.scheme?.lowercased() == "https" }

    /// Whether its host is an IP address.
    package var isAddress: Bool {
        host.contains(":") || host.split(separator: ".").allSatisfy { UInt8($0) != nil }
    }

    /// The host with the port, where that is not the scheme's own: the value of the `Host` field.
    package var authority: String {
        root.port.map { "\(host):\($0)" } ?? host
    }

    /// The one URL of the secrets API.
    package var secrets: String {
        root.appending(path: "v2/aihub/secrets").absoluteString
    }

    /// The URL of the hub's own audit log.
    package var auditLogs: String {
        root.appending(path: "v1/auditlogs").absoluteString
    }

    /// Literal loopback addresses only, and the name that RFC 6761 reserves for them.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && !$0.hasPrefix("+") }
    }
}

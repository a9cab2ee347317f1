import Foundation

/// Where a message is sent by HTTP: an `https` URL, or plain `http` on a loopback address.
///
/// Its path and query may be as good as a password: only ``description``, which leaves them out, is logged.
package struct WebhookURL: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is no such URL.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case notAURL
        case scheme
        case plainHTTP
        case extraParts
        case refused(IPAddress.Refusal)

        package var description: String {
            switch self {
            case .notAURL: "not a URL with a host, such as https://alerts.example.com/hooks/1"
            case .scheme: "must begin with https://"
            case .plainHTTP: "plain http can be read by others on the way: use https"
            case .extraParts: "must have no user and no fragment"
            case .refused(let reason): "\(reason.rawValue) addresses are not connected to"
            }
        }
    }

    /// The whole URL.
    let text: String
    /// The host, without the brackets of an IPv6 address, exactly as the HTTP client reads it.
    package let host: String
    /// Whether the message is not encrypted: then it goes to this machine only.
    let isPlain: Bool

    /// Scheme and host.
    package let description: String

    /// Reads a URL.
    package init(_ text: String) throws(Invalid) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let url = URL(string: text),
            let parts = URLComponents(string: text, encodingInvalidCharacters: false),
            let bracketed = url.host, !bracketed.isEmpty, parts.port.map({ (1...65_535).contains($0) }) ?? true
        else { throw .notAURL }
        let host = bracketed.hasPrefix("[") ? String(bracketed.dropFirst().dropLast()) : bracketed
        // No percent-encoded names and no zones of IPv6, which could be read in two ways.
        let isName = host.utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "-._:".unicodeScalars.contains(scalar)
        }
        let authority = text.drop { $0 != "/" }.dropFirst(2).prefix { !"/?#".contains($0) }
        guard isName, !authority.contains("%") else { throw .notAURL }
        switch parts.scheme?.lowercased() {
        case "https": isPlain = false
        case "http":
            guard Self.isLoopback(host) else { throw .plainHTTP }
            isPlain = true
        default: throw .scheme
        }
        guard parts.user == nil, parts.password == nil, parts.fragment == nil else { throw .extraParts }
        if let refusal = IPAddress(host)?.refusal { throw .refused(refusal) }
        (self.text, self.host) = (text, host)
        let port = parts.port.map { ":\($0)" } ?? ""
        let shown = host.contains(":") ? "[\(host)]" : host
        description = "\(isPlain ? "http" : "https")://\(shown)\(port)"
    }

    /// What is wrong with a URL; nil for nothing.
    package static func fault(of text: String) -> String? {
        do throws(Invalid) {
            _ = try WebhookURL(text)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Literal loopback addresses only, and the name that RFC 6761 reserves for them.
    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || IPAddress(host)?.isLoopback == true
    }
}

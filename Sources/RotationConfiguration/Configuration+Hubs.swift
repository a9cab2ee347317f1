import RotationCore

/// Reads `hubs:`.
extension Configuration {
    static func readHubs(_ root: inout MappingReader) -> [String: Hub] {
        root.require("hubs", example: "hubs: {production: {url: …, context: …, token: …}}")
        guard var mapping = root.mapping("hubs") else { return [:] }
        var hubs: [String: Hub] = [:]
        for name in mapping.keys {
            guard isHubName(name) else {
                mapping.report("a hub's name has letters, digits, hyphens and underscores only", key: name)
                _ = mapping.value(name)
                continue
            }
            guard var hub = mapping.mapping(name) else {
                mapping.report("needs url, context and token", key: name)
                continue
            }
            hubs[name] = readHub(&hub)
            hub.finish()
        }
        mapping.finish()
        if mapping.keys.isEmpty { root.report("name at least one hub", key: "hubs") }
        return hubs
    }

    /// Whether a text is a valid hub name: the part of `hub/alias` before the slash.
    package static func isHubName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }

    private static func readHub(_ hub: inout MappingReader) -> Hub? {
        let endpoint = readEndpoint(&hub)
        let socket = readSocket(&hub, endpoint)
        let token = hub.scalar("token", expected: referenceForm, isSecret: true, convert: FileReference.init)
        hub.require("token", example: "credential:aihub-token")
        let context = readContext(&hub)
        let timeout = hub.duration("timeout", in: .seconds(1)...(.seconds(600)))
        let maxInFlight = hub.integer("max_in_flight", in: 1...256)
        let rate = hub.scalar("rate_limit", expected: "rate such as 10/s, 30/m or 100/h", convert: RequestRate.init)
        let confirm = hub.bool("confirm")
        let confirmTimeout = hub.duration("confirm_timeout", in: .zero...(.seconds(600)))
        let lateHold = hub.duration("late_hold", in: .zero...(.seconds(86400)))
        let authorities = hub.path("ca_file")
        let auditLog = hub.bool("audit_log")
        guard let endpoint, let token, let context, let standard = RequestRate("10/s") else { return nil }
        return Hub(
            endpoint: endpoint,
            socket: socket,
            context: context.id,
            token: token,
            timeout: timeout ?? .seconds(30),
            maxInFlight: maxInFlight ?? 8,
            rateLimit: rate ?? standard,
            confirm: confirm ?? true,
            confirmTimeout: confirmTimeout ?? .seconds(30),
            lateHold: lateHold ?? (timeout ?? .seconds(30)) * 10,
            certificateAuthorities: authorities,
            auditLog: auditLog ?? false
        )
    }

    /// Reads `socket`: the certificate of a hub behind one is checked for the name in its URL.
    private static func readSocket(_ hub: inout MappingReader, _ endpoint: HubEndpoint?) -> String? {
        guard let socket = hub.path("socket") else { return nil }
        if let endpoint, endpoint.isEncrypted, endpoint.isAddress {
            hub.report(
                "needs a url with a host name, not an address: the hub's certificate is checked for it",
                key: "socket"
            )
        }
        if socket.utf8.count > longestSocketPath {
            hub.report("is longer than the \(longestSocketPath) bytes that a socket's path may have", key: "socket")
        }
        return socket
    }

    /// The organization: an ID, or none for that of the token's own account.
    private enum Context {
        case organization(String)
        case none

        var id: String? { if case .organization(let id) = self { id } else { nil } }
    }

    /// Reads `context`, which is required: without IB-Context the hub uses the caller's community account.
    private static func readContext(_ hub: inout MappingReader) -> Context? {
        hub.require(
            "context",
            otherwise: "without IB-Context the hub uses the caller's community account: "
                + "write context: ID, the organization's, or context: none"
        )
        return hub.scalar("context", expected: "printable text of a header field, or none") { text in
            guard text.lowercased() != "none" else { return text == "none" ? Context.none : nil }
            let isPrintable = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.isEmpty
            return isPrintable ? .organization(text) : nil
        }
    }

    static let referenceForm = "reference: use credential:NAME or file:/path, never the content itself"

    private static func readEndpoint(_ hub: inout MappingReader) -> HubEndpoint? {
        hub.require("url", example: "https://aihub.instabase.com/api")
        guard let text = hub.text("url") else { return nil }
        do {
            return try HubEndpoint(text)
        } catch {
            hub.report("\(error)", key: "url")
            return nil
        }
    }
}

import AsyncHTTPClient
import Foundation
import RotationCore

/// How requests to a hub are addressed: by its URLs, or through a Unix socket.
struct HubAddress: Hashable, Sendable {
    /// The URL of the secrets API.
    let secrets: String
    /// The URL of the hub's own audit log.
    let auditLogs: String
    /// The `Host` field, where the URLs do not say it.
    let hostField: String?

    init(_ endpoint: HubEndpoint, socket: String?) {
        guard let socket else {
            (secrets, auditLogs, hostField) = (endpoint.secrets, endpoint.auditLogs, nil)
            return
        }
        (secrets, auditLogs) = (Self.url(endpoint.secrets, socket), Self.url(endpoint.auditLogs, socket))
        hostField = endpoint.authority
    }

    /// A URL as async-http-client names one behind a socket: the path of the socket takes the place of the host.
    private static func url(_ address: String, _ socket: String) -> String {
        let path = address.replacing(#/^[a-zA-Z]+:\/\/[^\/]*/#, with: "")
        return URL(httpURLWithSocketPath: socket, uri: path)?.absoluteString ?? address
    }
}

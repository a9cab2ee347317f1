import TestSupport
import Testing

extension World {
    /// Makes a world whose hub is reached over TLS.
    ///
    /// - Parameter isBehindSocket: Whether it is reached through a Unix socket, too.
    static func withTLS(
        isBehindSocket: Bool = false,
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await with(hub: "rate_limit: 1000/s") { world in
            let certificate = try await Certificate(for: "DNS:localhost", in: world.folder)
            let text = try world.folder.read("config.yaml")
            let plain = try #require(text.firstMatch(of: #/http:\/\/127\.0\.0\.1:(\d+)/#))
            let target = try #require(Int(plain.1))
            try await TLSFront.serve(try certificate.serverContext(), to: target) { port in
                let socket = isBehindSocket ? ", socket: \"\(world.folder.file("hub.sock"))\"" : ""
                let keys = "context: acme, ca_file: \"\(certificate.certificateFile)\"\(socket)"
                let secured = text.replacing(plain.0, with: "https://localhost:\(port)")
                    .replacing("context: acme", with: keys)
                try world.folder.write(secured, to: "config.yaml")
                guard isBehindSocket else { return try await body(world) }
                try await SocketRelay.serve(world.folder.file("hub.sock"), to: port) { try await body(world) }
            }
        }
    }
}

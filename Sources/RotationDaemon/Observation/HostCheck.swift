import RotationConfiguration

/// Whether a request was meant for this listener.
///
/// A web page of another site can make a browser on this machine send requests here, under a name of its own that leads to
/// 127.0.0.1 (DNS rebinding): so the `Host` field must be a loopback name with the listener's port. A Unix socket can't be
/// reached by a browser: there any name is valid.
struct HostCheck: Sendable {
    /// The valid values; nil for any.
    private let authorities: Set<String>?

    init(_ address: Configuration.ListenAddress) {
        switch address {
        case .ipv4(let port), .ipv6(let port):
            let names = ["127.0.0.1", "localhost", "[::1]"]
            // A browser leaves out the port of its scheme.
            authorities = Set(names.map { "\($0):\(port)" } + (port == 80 ? names : []))
        case .unix: authorities = nil
        }
    }

    /// Whether the value of a request's `Host` field is valid; nil for none.
    func accepts(_ authority: String?) -> Bool {
        guard let authorities else { return true }
        return authority.map { authorities.contains($0.lowercased()) } ?? false
    }
}

package import RotationCore

/// Reads `metrics:`.
extension Configuration {
    /// The settings of metrics and of the status page; nothing is written or served by default.
    package struct Metrics: Hashable, Sendable {
        /// The file for node_exporter's textfile collector.
        @Exact package var textfile: String?
        /// The address of the read-only HTTP listener.
        package var listen: ListenAddress?

        package init(textfile: String? = nil, listen: ListenAddress? = nil) {
            self.textfile = textfile
            self.listen = listen
        }

        /// Whether nothing is written or served.
        package var isOff: Bool { textfile == nil && listen == nil }
    }

    /// An address that only this machine can reach.
    package enum ListenAddress: Hashable, Sendable {
        /// `127.0.0.1:PORT`.
        case ipv4(port: Int)
        /// `[::1]:PORT`.
        case ipv6(port: Int)
        /// `unix:PATH`.
        case unix(String)

        /// Reads an address; nil for anything else, other loopback addresses and host names among them.
        package init?(_ text: String) {
            if let port = Self.port(text, after: "127.0.0.1:") {
                self = .ipv4(port: port)
            } else if let port = Self.port(text, after: "[::1]:") {
                self = .ipv6(port: port)
            } else if text.hasPrefix("unix:/"), text.utf8.count - "unix:".utf8.count <= Configuration.longestSocketPath
            {
                self = .unix(String(text.dropFirst("unix:".count)))
            } else {
                return nil
            }
        }

        private static func port(_ text: String, after prefix: String) -> Int? {
            guard text.hasPrefix(prefix), let port = Int(text.dropFirst(prefix.count)) else { return nil }
            return (1...65_535).contains(port) && text == "\(prefix)\(port)" ? port : nil
        }
    }

    /// - Parameter control: The control socket, which is no address for the listener.
    static func readMetrics(_ root: inout MappingReader, control: String) -> Metrics {
        guard var reader = root.mapping("metrics") else { return Metrics() }
        let form = "address of this machine alone: 127.0.0.1:PORT, \"[::1]:PORT\" or unix:/PATH"
        let metrics = Metrics(
            textfile: reader.path("textfile"),
            listen: reader.scalar("listen", expected: form, convert: ListenAddress.init)
        )
        if metrics.listen == .unix(control) { reader.report("is the control socket: give another path", key: "listen") }
        reader.finish()
        return metrics
    }
}

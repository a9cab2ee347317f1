/// Reads `heartbeat:`.
extension Configuration {
    /// The sign of life whose absence raises an alarm elsewhere.
    package struct Heartbeat: Hashable, Sendable {
        package var target: Target
        /// The time between two of them.
        package var interval: Duration

        package init(target: Target, interval: Duration) {
            (self.target, self.interval) = (target, interval)
        }

        /// The file whose time is set; nil for a URL.
        package var file: String? { if case .file(let path) = target { path } else { nil } }

        /// Where it goes.
        package enum Target: Hashable, Sendable {
            /// A URL that an empty message is sent to.
            case url(Webhook)
            /// A file whose time is set.
            case file(String)
        }
    }

    static func readHeartbeat(_ root: inout MappingReader, _ rules: ConfigurationRules) -> Heartbeat? {
        guard var reader = root.mapping("heartbeat") else { return nil }
        defer { reader.finish() }
        let interval = reader.duration("every", in: .seconds(1)...(.seconds(86_400))) ?? .seconds(300)
        let file = reader.path("file")
        let url = reader.scalar("url", expected: "URL", isSecret: true) { $0.isEmpty ? nil : $0 }
        let authorities = reader.path("ca_file")
        if let url, let fault = rules.webhookFault(url) { reader.report(fault, key: "url") }
        switch (url, file) {
        case (let url?, nil):
            return Heartbeat(target: .url(Webhook(url: url, certificateAuthorities: authorities)), interval: interval)
        case (nil, let file?): return Heartbeat(target: .file(file), interval: interval)
        default:
            root.report("give either a url or a file", key: "heartbeat")
            return nil
        }
    }
}

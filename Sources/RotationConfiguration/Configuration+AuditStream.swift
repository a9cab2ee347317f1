package import RotationCore

/// Reads `audit.stream`.
extension Configuration {
    /// The live stream of audit entries to a Unix socket.
    package struct AuditStream: Hashable, Sendable {
        /// The receiver's socket, of datagrams or of a stream of bytes.
        @Exact package var socket: String
        package var format: Format

        package init(socket: String, format: Format = .rfc5424) {
            self.socket = socket
            self.format = format
        }

        /// The form of an entry in the stream.
        package enum Format: String, Sendable, CaseIterable {
            /// Syslog (RFC 5424) with structured data; in a stream of bytes with counted octets (RFC 6587).
            case rfc5424
            /// The entry's line, as it is in the log.
            case jsonl
        }
    }

    static func readAuditStream(_ audit: inout MappingReader) -> AuditStream? {
        guard var reader = audit.mapping("stream") else { return nil }
        defer { reader.finish() }
        let format = reader.choice("format", AuditStream.Format.self)
        reader.require("socket", example: "/run/log-collector.sock")
        guard let socket = reader.path("socket") else { return nil }
        if socket.utf8.count > longestSocketPath {
            reader.report("longer than \(longestSocketPath) bytes; give another path", key: "socket")
        }
        return AuditStream(socket: socket, format: format ?? .rfc5424)
    }
}

import Foundation
package import Logging
package import RotationCore

/// The whole configuration file, validated.
package struct Configuration: Sendable {
    /// The file that it was read from.
    package var path: String
    /// The first 16 hexadecimal digits of the file's SHA-256, for the history.
    package var hash: String
    /// The main database.
    package var database: String
    /// The control socket.
    package var control: String
    /// The roles of callers of the control socket.
    package var roles: Roles
    /// The hubs by name.
    package var hubs: [String: Hub]
    package var retry: RetryPolicy
    /// The keys of candidates: the first one seals, all of them unseal, so that the key can be replaced.
    package var stagingKeys: [FileReference]
    /// The key that signs checkpoints.
    package var auditKey: FileReference?
    package var audit: Audit
    /// What the signal USR1 rotates.
    package var usr1: USR1
    package var metrics: Metrics
    package var log: Log
    /// The receivers of notifications.
    package var notifications: [Notification] = []
    /// The sign of life; nil for none.
    package var heartbeat: Heartbeat?
    /// The folder of generator plug-ins.
    package var generatorsDirectory: String
    /// The user as which plug-ins run if the daemon runs as root; nil for none.
    package var generatorsUser: PlugInUser?
    /// The folder of the sockets of plug-ins that are units of their own; nil if the daemon starts plug-ins itself.
    package var generatorsSockets: String?
    /// The folders whose files may be values.
    package var fileFolders: [String]
    /// The folders where public keys may be written; they contain none of the daemon's own files.
    package var publicFolders: [String]

    /// One hub.
    package struct Hub: Hashable, Sendable {
        package var endpoint: HubEndpoint
        /// The Unix socket of a proxy that carries the bytes to the hub; nil for the network.
        @Exact package var socket: String?
        /// `IB-Context`; nil for `none`; then the hub uses the caller's community account.
        package var context: String?
        package var token: FileReference
        package var timeout: Duration
        package var maxInFlight: Int
        package var rateLimit: RequestRate
        package var confirm: Bool
        /// How long the hub's list may take to show an update that was answered with 2xx.
        package var confirmTimeout: Duration
        /// How long the value of an ambiguous attempt may still arrive; the next rotation begins after that time.
        package var lateHold: Duration
        @Exact package var certificateAuthorities: String?
        /// Whether the hub's own audit log is held against the history.
        package var auditLog = false
    }

    /// The settings of the audit log.
    package struct Audit: Hashable, Sendable {
        package var origin: String?
        package var checkpointEvery: Duration
        package var checkpointFile: String?
        /// The witnesses that are asked to cosign each checkpoint.
        package var witnesses: [Witness] = []
        /// How many of them must cosign a checkpoint, for the readers of the log; 0 if there are none.
        package var quorum = 0
        /// The live stream of its entries; nil for none.
        package var stream: AuditStream?
    }

    /// A witness of the audit log.
    package struct Witness: Hashable, Sendable {
        /// Its submission prefix.
        package var url: String
        /// Its verifier key.
        package var key: String
    }

    /// The schedules that the signal USR1 rotates.
    package enum USR1: String, Sendable, CaseIterable {
        case all
        case overdue
        case ignore
    }

    /// The settings of the log.
    package struct Log: Hashable, Sendable {
        package var format: Format
        package var level: Logger.Level

        /// `auto` is the journal under systemd, text on a terminal, JSON otherwise.
        package enum Format: String, Sendable, CaseIterable {
            case auto
            case journal
            case text
            case json
        }
    }

    /// A reference to a file; the content never stands in the configuration.
    package enum FileReference: Hashable, Sendable {
        /// `credential:NAME`: a file in `$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential=).
        case credential(String)
        /// `file:/path`.
        case file(String)

        package static func == (left: FileReference, right: FileReference) -> Bool {
            switch (left, right) {
            case (.credential(let left), .credential(let right)), (.file(let left), .file(let right)):
                left.isExactly(right)
            default: false
            }
        }

        /// Reads a reference; nil for anything else.
        package init?(_ text: String) {
            if text.hasPrefix("file:/") {
                self = .file(String(text.dropFirst("file:".count)))
            } else if text.hasPrefix("credential:") {
                let name = text.dropFirst("credential:".count)
                guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else { return nil }
                self = .credential(String(name))
            } else {
                return nil
            }
        }

        /// The path of `file:`; nil for a credential.
        package var file: String? {
            if case .file(let path) = self { path } else { nil }
        }

        /// The file's path.
        ///
        /// - Throws: ``ConfigurationError`` for a credential if `$CREDENTIALS_DIRECTORY` is not set.
        package func path(
            environment: [String: String] = ProcessInfo.processInfo.environment
        ) throws(ConfigurationError) -> String {
            switch self {
            case .file(let path): return path
            case .credential(let name):
                guard let folder = environment["CREDENTIALS_DIRECTORY"] else {
                    throw ConfigurationError(
                        source: "credential:\(name)",
                        message:
                            "$CREDENTIALS_DIRECTORY is not set: run under systemd with LoadCredential=\(name):PATH, "
                            + "or use file:/path"
                    )
                }
                return "\(folder)/\(name)"
            }
        }
    }
}

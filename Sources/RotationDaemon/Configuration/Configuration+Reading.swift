import AIHubClient
import AuditLog
import ControlAPI
import Crypto
import Foundation
import Logging
import Scheduling
import Yams

extension Configuration {
    /// The largest file that is read.
    private static let sizeLimit = 16 * 1024 * 1024

    /// Reads and validates a file.
    ///
    /// - Throws: ``ConfigurationError`` with all that is wrong.
    package static func load(_ path: String) throws(ConfigurationError) -> Configuration {
        guard let data = FileManager.default.contents(atPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            let advice = exists ? "can't be read: check its permissions" : "no such file: give --config FILE"
            throw ConfigurationError(source: path, message: advice)
        }
        guard data.count <= sizeLimit, let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError(source: path, message: "not a UTF-8 text of at most 16 MiB")
        }
        return try parse(text, path: path)
    }

    /// Validates a text.
    package static func parse(_ text: String, path: String) throws(ConfigurationError) -> Configuration {
        let diagnostics = Diagnostics(source: path)
        var root = MappingReader(try YAMLText.compose(text, source: path), name: "the file", diagnostics)
        let database = root.path("database")
        root.require("database", example: "/var/lib/secret-rotator/rotator.db")
        let control = root.path("control")
        let roles = RolesReader.read(&root)
        let hubs = readHubs(&root)
        let retry = readRetry(&root)
        let keys = readKeys(&root)
        let audit = readAudit(&root)
        var signals = root.mapping("signals")
        let usr1 = signals?.choice("usr1", USR1.self)
        signals?.finish()
        var metrics = root.mapping("metrics")
        let textfile = metrics?.path("textfile")
        metrics?.finish()
        let generators = readGenerators(&root)
        let log = readLog(&root)
        root.finish()
        try diagnostics.throwIfAny()
        guard let database, let staging = keys.staging else {
            throw ConfigurationError(source: path, message: "incomplete")
        }
        let configuration = Configuration(
            path: path,
            hash: SHA256.hash(data: Data(text.utf8)).prefix(8).map(hexadecimal).joined(),
            database: database,
            control: try socketPath(control ?? folder(of: database) + "/control.sock", source: path),
            roles: roles,
            hubs: hubs,
            retry: retry,
            stagingKeys: staging,
            auditKey: keys.audit,
            audit: audit,
            usr1: usr1 ?? .all,
            metricsTextfile: textfile,
            log: log,
            generatorsDirectory: generators.directory,
            fileFolders: generators.fileFolders,
            publicFolders: generators.publicFolders
        )
        for conflict in configuration.publicFolderConflicts {
            generators.mapping?.report(conflict, key: "public_folders")
        }
        try diagnostics.throwIfAny()
        return configuration
    }

    /// A socket's path must fit into `sockaddr_un` (unix(7)).
    private static func socketPath(_ path: String, source: String) throws(ConfigurationError) -> String {
        guard path.utf8.count <= 107 else {
            throw ConfigurationError(
                source: source,
                message: "control: \(path) is longer than 107 bytes; give another path"
            )
        }
        return path
    }

    private static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    // MARK: Hubs

    private static func readHubs(_ root: inout MappingReader) -> [String: Hub] {
        root.require("hubs", example: "hubs: {production: {url: …, token: …}}")
        guard var mapping = root.mapping("hubs") else { return [:] }
        var hubs: [String: Hub] = [:]
        for name in mapping.keys {
            guard isHubName(name) else {
                mapping.report("a hub's name has letters, digits, hyphens and underscores only", key: name)
                _ = mapping.value(name)
                continue
            }
            guard var hub = mapping.mapping(name) else {
                mapping.report("needs url and token", key: name)
                continue
            }
            hubs[name] = readHub(&hub)
            hub.finish()
        }
        mapping.finish()
        if mapping.keys.isEmpty { root.report("name at least one hub", key: "hubs") }
        return hubs
    }

    /// Whether a text can be a hub's name: it stands before the slash of `hub/alias`.
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
        let token = hub.scalar("token", expected: referenceForm, isSecret: true, convert: FileReference.init)
        hub.require("token", example: "credential:aihub-token")
        let context = hub.scalar("context", expected: "printable text of a header field") { text in
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.isEmpty ? text : nil
        }
        let timeout = hub.duration("timeout", in: .seconds(1)...(.seconds(600)))
        let maxInFlight = hub.integer("max_in_flight", in: 1...256)
        let rate = hub.scalar("rate_limit", expected: "rate such as 10/s, 30/m or 100/h", convert: RequestRate.init)
        let confirm = hub.bool("confirm")
        let confirmTimeout = hub.duration("confirm_timeout", in: .zero...(.seconds(600)))
        let authorities = hub.path("ca_file")
        guard let endpoint, let token, let standard = RequestRate("10/s") else { return nil }
        return Hub(
            endpoint: endpoint,
            context: context,
            token: token,
            timeout: timeout ?? .seconds(30),
            maxInFlight: maxInFlight ?? 8,
            rateLimit: rate ?? standard,
            confirm: confirm ?? true,
            confirmTimeout: confirmTimeout ?? .seconds(30),
            certificateAuthorities: authorities
        )
    }

    private static let referenceForm = "reference: use credential:NAME or file:/path, never the content itself"

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

    // MARK: The rest

    private static func readRetry(_ root: inout MappingReader) -> RetryPolicy {
        var policy = RetryPolicy.standard
        guard var retry = root.mapping("retry") else { return policy }
        policy.base = retry.duration("base", in: .milliseconds(10)...(.seconds(60))) ?? policy.base
        policy.cap = retry.duration("cap", in: .milliseconds(10)...(.seconds(86_400))) ?? policy.cap
        if policy.cap < policy.base { retry.report("must not be shorter than base", key: "cap") }
        policy.attempts = retry.integer("attempts", in: 1...100) ?? policy.attempts
        if let texts = retry.texts("cycle_delays") {
            let delays = texts.compactMap { DurationText.parse($0) }
            if delays.count != texts.count || delays.isEmpty || delays.contains(where: { $0 < .milliseconds(10) }) {
                retry.report("expected durations of 10ms or more, such as [5m, 15m, 1h]", key: "cycle_delays")
            }
            policy.cycleDelays = delays
        }
        retry.finish()
        return policy
    }

    private static func readKeys(_ root: inout MappingReader) -> (staging: [FileReference]?, audit: FileReference?) {
        root.require("keys", example: "keys: {staging: credential:staging-key}")
        guard var keys = root.mapping("keys") else { return (nil, nil) }
        let staging = keys.scalars("staging", expected: referenceForm, isSecret: true, convert: FileReference.init)
        keys.require("staging", example: "credential:staging-key")
        let audit = keys.scalar("audit", expected: referenceForm, isSecret: true, convert: FileReference.init)
        keys.finish()
        return (staging, audit)
    }

    private static func readAudit(_ root: inout MappingReader) -> Audit {
        var audit = root.mapping("audit")
        let origin = audit?.scalar("origin", expected: "name without spaces and without +") { text in
            SignedNoteKey.isName(text) ? text : nil
        }
        let every = audit?.duration("checkpoint_every", in: .seconds(1)...(.seconds(366 * 86_400)))
        let file = audit?.path("checkpoint_file")
        audit?.finish()
        return Audit(origin: origin, checkpointEvery: every ?? .seconds(3600), checkpointFile: file)
    }

    private static func readLog(_ root: inout MappingReader) -> Log {
        var log = root.mapping("log")
        let format = log?.choice("format", Log.Format.self)
        let level = log?.choice("level", Logger.Level.self)
        log?.finish()
        return Log(format: format ?? .auto, level: level ?? .info)
    }
}

import Foundation
import Logging
import RotationCore
import Scheduling

extension Configuration {
    /// The largest file in bytes.
    private static let sizeLimit = 16 * 1024 * 1024

    /// Reads and validates a file.
    ///
    /// - Parameter rules: The rules of other targets.
    /// - Throws: ``ConfigurationError`` with all errors.
    package static func load(
        _ path: String,
        _ rules: ConfigurationRules
    ) throws(ConfigurationError) -> Configuration {
        guard let data = FileManager.default.contents(atPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            let advice = exists ? "can't be read: check its permissions" : "no such file: give --config FILE"
            throw ConfigurationError(source: path, message: advice)
        }
        guard data.count <= sizeLimit, let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError(source: path, message: "not a UTF-8 text of at most 16 MiB")
        }
        return try parse(text, path: path, rules)
    }

    /// Validates a text.
    ///
    /// - Parameter rules: The rules of other targets.
    package static func parse(
        _ text: String,
        path: String,
        _ rules: ConfigurationRules
    ) throws(ConfigurationError) -> Configuration {
        try parse(text, Diagnostics(source: path), rules)
    }

    /// Validates a text with the diagnostics of its source.
    static func parse(
        _ text: String,
        _ diagnostics: Diagnostics,
        _ rules: ConfigurationRules
    ) throws(ConfigurationError) -> Configuration {
        let path = diagnostics.source
        var root = MappingReader(try YAMLText.compose(text, source: path), name: "the file", diagnostics)
        let database = root.path("database")
        root.require("database", example: "/var/lib/secret-rotator/rotator.db")
        let control = root.path("control")
        let roles = RolesReader.read(&root)
        let hubs = readHubs(&root)
        let retry = readRetry(&root)
        let keys = readKeys(&root)
        let audit = readAudit(&root, rules)
        if !audit.witnesses.isEmpty, keys.audit == nil {
            root.report("witnesses need keys.audit: without it nothing is signed", key: "audit")
        }
        var signals = root.mapping("signals")
        let usr1 = signals?.choice("usr1", USR1.self)
        signals?.finish()
        let metrics = readMetrics(&root, control: control ?? folder(of: database ?? "") + "/control.sock")
        let generators = readGenerators(&root)
        let log = readLog(&root)
        let notifications = readNotifications(&root, rules)
        let heartbeat = readHeartbeat(&root, rules)
        root.finish()
        try diagnostics.throwIfAny()
        guard let database, let staging = keys.staging else {
            throw ConfigurationError(source: path, message: "incomplete")
        }
        let configuration = Configuration(
            path: path,
            hash: rules.hash(text),
            database: database,
            control: try socketPath(control ?? folder(of: database) + "/control.sock", source: path),
            roles: roles,
            hubs: hubs,
            retry: retry,
            stagingKeys: staging,
            auditKey: keys.audit,
            audit: audit,
            usr1: usr1 ?? .all,
            metrics: metrics,
            log: log,
            notifications: notifications,
            heartbeat: heartbeat,
            generatorsDirectory: generators.directory,
            generatorsUser: generators.user,
            generatorsSockets: generators.sockets,
            fileFolders: generators.fileFolders,
            publicFolders: generators.publicFolders
        )
        for conflict in rules.publicFolderConflicts(configuration) {
            generators.mapping?.report(conflict, key: "public_folders")
        }
        try diagnostics.throwIfAny()
        return configuration
    }

    /// The longest path of a socket in bytes: it must fit into `sockaddr_un`, with a zero (unix(7)).
    static let longestSocketPath = 107

    private static func socketPath(_ path: String, source: String) throws(ConfigurationError) -> String {
        guard path.utf8.count <= longestSocketPath else {
            throw ConfigurationError(
                source: source,
                message: "control: \(path) is longer than \(longestSocketPath) bytes; give another path"
            )
        }
        return path
    }

    private static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    // MARK: The rest

    private static func readRetry(_ root: inout MappingReader) -> RetryPolicy {
        var policy = RetryPolicy.standard
        guard var retry = root.mapping("retry") else { return policy }
        policy.base = retry.duration("base", in: .milliseconds(10)...(.seconds(60))) ?? policy.base
        policy.cap = retry.duration("cap", in: .milliseconds(10)...(.seconds(86_400))) ?? policy.cap
        if policy.cap < policy.base { retry.report("must not be shorter than base", key: "cap") }
        policy.attempts = retry.integer("attempts", in: 1...100) ?? policy.attempts
        if let texts = retry.texts("cycle_delays", form: "list of durations of 10ms or more") {
            let delays = texts.compactMap { DurationText.parse($0) }
            if delays.count != texts.count || delays.isEmpty || delays.contains(where: { $0 < .milliseconds(10) }) {
                retry.report("expected durations of 10ms or more, such as [5m, 15m, 1h]", key: "cycle_delays")
            }
            policy.cycleDelays = delays
        }
        let cap = retry.duration("retry_after_cap", in: .seconds(1)...HubStatus.longestPause)
        policy.retryAfterCap = cap ?? policy.retryAfterCap
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

    private static func readAudit(_ root: inout MappingReader, _ rules: ConfigurationRules) -> Audit {
        var audit = root.mapping("audit")
        let origin = audit?.scalar("origin", expected: "name without spaces and without +") { text in
            rules.isOrigin(text) ? text : nil
        }
        let every = audit?.duration("checkpoint_every", in: .seconds(1)...(.seconds(366 * 86_400)))
        let file = audit?.path("checkpoint_file")
        var settings = Audit(origin: origin, checkpointEvery: every ?? .seconds(3600), checkpointFile: file)
        if var reader = audit {
            (settings.witnesses, settings.quorum) = readWitnesses(&reader, rules)
            settings.stream = readAuditStream(&reader)
            reader.finish()
        }
        return settings
    }

    private static func readLog(_ root: inout MappingReader) -> Log {
        var log = root.mapping("log")
        let format = log?.choice("format", Log.Format.self)
        let level = log?.choice("level", Logger.Level.self)
        log?.finish()
        return Log(format: format ?? .auto, level: level ?? .info)
    }
}

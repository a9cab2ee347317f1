package import RotationCore
import Scheduling
import ValueGenerators
package import Yams

/// Reads one entry of a schedules file, or the options of `schedule add` and `schedule edit`, which are the same keys.
package enum ScheduleReader {
    /// Reads a definition; what is wrong goes to the diagnostics, and then it is nil.
    package static func definition(_ entry: inout MappingReader) -> ScheduleDefinition? {
        let slots = cadence(&entry)
        let hasCadence = entry.value("every") != nil || entry.value("cron") != nil
        let timezone = timezone(&entry)
        let window = window(&entry)
        let jitter = jitter(&entry)
        let maxAge = maxAge(&entry)
        let catchUp = catchUp(&entry)
        let group = group(&entry)
        let minInterval = entry.duration("min_interval", in: minIntervals)
        let generator = generator(&entry)
        entry.require("generator", example: "generator: password")
        let isWatched = generator?.isWatched ?? false
        if !hasCadence && !isWatched { entry.require("every", example: "every: 30d") }
        let cadence = isWatched && !hasCadence ? .onChange : slots
        let access = access(&entry)
        let description = entry.text("description")
        let finishAfter = entry.duration("finish_after", in: finishDelays)
        let owner = entry.text("owner")
        let policy = entry.text("policy")
        guard let cadence, let generator else { return nil }
        let definition = ScheduleDefinition(
            cadence: cadence,
            timezone: timezone,
            window: window,
            jitter: jitter ?? .zero,
            maxAge: maxAge,
            catchUp: catchUp ?? .once,
            group: group,
            generator: generator,
            minInterval: minInterval,
            access: access,
            description: description,
            finishAfter: finishAfter ?? .zero,
            owner: owner,
            policy: policy
        )
        if let conflict = definition.conflict { entry.report(conflict.message, key: conflict.key) }
        return definition
    }

    /// Reads a change to a definition: an empty text takes a key away.
    package static func edit(_ entry: inout MappingReader) -> ScheduleEdit {
        var edit = ScheduleEdit()
        edit.cadence = cadence(&entry)
        edit.timezone = setting("timezone", &entry, timezone)
        edit.window = setting("window", &entry, window)
        edit.jitter = jitter(&entry)
        edit.maxAge = setting("max_age", &entry, maxAge)
        edit.catchUp = catchUp(&entry)
        edit.group = setting("group", &entry, groupName)
        edit.groupSpacing = entry.duration("group_spacing", in: .zero...year)
        edit.generator = generator(&entry)
        edit.minInterval = entry.duration("min_interval", in: minIntervals)
        edit.access = setting("allowed_workspaces", &entry, access)
        edit.description = setting("description", &entry) { $0.text("description") }
        edit.finishAfter = entry.duration("finish_after", in: finishDelays)
        edit.owner = setting("owner", &entry) { $0.text("owner") }
        edit.policy = setting("policy", &entry) { $0.text("policy") }
        return edit
    }

    private static let minIntervals = Duration.zero...Cadence.Period.range.upperBound
    private static let finishDelays = Duration.zero...(.seconds(52 * 7 * 86_400))

    /// Reads a key that can be taken away.
    private static func setting<T>(
        _ key: String,
        _ entry: inout MappingReader,
        _ read: (inout MappingReader) -> T?
    ) -> ScheduleEdit.Setting<T>? {
        if entry.value(key)?.scalar?.string == "" { return .removed }
        return read(&entry).map { .set($0) }
    }

    // MARK: When

    private static let year = Duration.seconds(366 * 86_400)

    private static func cadence(_ entry: inout MappingReader) -> Cadence? {
        let every = entry.duration("every", in: Cadence.Period.range)
        var expression: CronExpression?
        if let text = entry.text("cron") {
            if entry.value("every") != nil { entry.report("an entry has either every or cron", key: "cron") }
            do { expression = try CronExpression(text) } catch { entry.report("\(text): \(error)", key: "cron") }
        }
        return expression.map(Cadence.cron) ?? every.flatMap(Cadence.Period.init).map { .every($0) }
    }

    private static func timezone(_ entry: inout MappingReader) -> Zone? {
        entry.scalar("timezone", expected: "time zone of this system: use a name such as Europe/Berlin, or UTC") {
            try? ZoneDatabase.system.zone(named: $0)
        }
    }

    private static func window(_ entry: inout MappingReader) -> Duration? {
        entry.duration("window", in: .zero...year)
    }

    private static func jitter(_ entry: inout MappingReader) -> Duration? {
        entry.duration("jitter", in: .zero...year)
    }

    private static func maxAge(_ entry: inout MappingReader) -> Duration? {
        entry.duration("max_age", in: .seconds(1)...Cadence.Period.range.upperBound)
    }

    private static func catchUp(_ entry: inout MappingReader) -> ScheduleDefinition.CatchUp? {
        entry.choice("catch_up", ScheduleDefinition.CatchUp.self)
    }

    private static func group(_ entry: inout MappingReader) -> ScheduleDefinition.Group? {
        let spacing = entry.duration("group_spacing", in: .zero...year)
        guard let name = groupName(&entry) else {
            if spacing ?? .zero > .zero { entry.report("an entry without a group has none", key: "group_spacing") }
            return nil
        }
        return .init(name: name, spacing: spacing ?? .zero)
    }

    private static func groupName(_ entry: inout MappingReader) -> String? {
        entry.scalar("group", expected: "name of 1 to 255 characters") { (1...255).contains($0.count) ? $0 : nil }
    }

    /// Reads `allowed_workspaces`.
    package static func access(_ entry: inout MappingReader) -> WorkspaceAccess? {
        guard let value = entry.value("allowed_workspaces") else { return nil }
        switch value.scalar?.string {
        case "all": return .all
        case "none": return .nobody
        case .some: entry.report("expected all, none, or a list such as [billing]", key: "allowed_workspaces")
        case nil: return entry.texts("allowed_workspaces").map { .only($0) }
        }
        return nil
    }

    // MARK: Generators

    /// The types of generators.
    private enum GeneratorType: String, CaseIterable {
        case password
        case token
        case uuid
        case keyPair = "key_pair"
        case totpSeed = "totp_seed"
        case template
        case file
        case command
    }

    private static func generator(_ entry: inout MappingReader) -> GeneratorSpecification? {
        guard let node = entry.value("generator") else { return nil }
        return generator(node, &entry)
    }

    /// Reads a generator: the name of a type, or a mapping with `type`.
    package static func generator(_ node: Node, _ entry: inout MappingReader) -> GeneratorSpecification? {
        do {
            if case .scalar(let scalar) = node { return try standardGenerator(scalar.string) }
            var mapping = entry.reader(of: node, name: "generator")
            mapping.require("type", example: "type: password")
            guard let type = mapping.choice("type", GeneratorType.self) else { return nil }
            defer { mapping.finish() }
            switch type {
            case .password: return .password(try password(&mapping))
            case .token:
                return .token(
                    try TokenPolicy(
                        bytes: mapping.integer("bytes", in: TokenPolicy.counts) ?? 32,
                        encoding: mapping.choice("encoding", TokenPolicy.Encoding.self) ?? .base64url
                    )
                )
            case .uuid:
                let version = mapping.scalar("version", expected: "version of UUID: use 4 or 7") {
                    Int($0).flatMap(UUIDVersion.init)
                }
                return .uuid(version ?? .v4)
            case .keyPair:
                let algorithm = mapping.choice("algorithm", KeyPairPolicy.Algorithm.self) ?? .ed25519
                return .keyPair(try KeyPairPolicy(algorithm: algorithm, publicFile: mapping.text("public_file")))
            case .totpSeed:
                let bytes = mapping.integer("bytes", in: TOTPSeedPolicy.counts)
                return .totpSeed(try TOTPSeedPolicy(bytes: bytes ?? 20))
            case .template: return try template(&mapping).map { .template($0) }
            case .file: return try file(&mapping).map { .file($0) }
            case .command: return try command(&mapping).map { .command($0) }
            }
        } catch {
            entry.report("\(error)", key: "generator")
            return nil
        }
    }

    private static func standardGenerator(_ name: String) throws(InvalidPolicy) -> GeneratorSpecification {
        guard let kind = BuiltInGenerators.kind(name) else { throw .type(name) }
        return GeneratorSpecification(try kind.standard())
    }

    private static func template(_ mapping: inout MappingReader) throws(InvalidPolicy) -> TemplatePolicy? {
        mapping.require("template", example: "template: 'user=svc password={{password}}'")
        let text = mapping.text("template")
        let format = mapping.choice("format", TemplatePolicy.Format.self)
        var parts: [String: GeneratorSpecification] = [:]
        if case .mapping(let nodes) = mapping.value("parts") {
            for (key, node) in nodes {
                guard let name = key.scalar?.string, let part = generator(node, &mapping) else { continue }
                parts[name] = part
            }
        } else if mapping.value("parts") != nil {
            mapping.report("expected a mapping, such as {pin: {type: password, length: 8}}", key: "parts")
        }
        guard let text else { return nil }
        return try TemplatePolicy(template: text, format: format ?? .text, parts: parts)
    }

    private static func file(_ mapping: inout MappingReader) throws(InvalidPolicy) -> FilePolicy? {
        mapping.require("path", example: "path: /etc/letsencrypt/live/example.com/privkey.pem")
        let paths = mapping.scalars("path", expected: "absolute path") { $0.hasPrefix("/") ? $0 : nil }
        let expected = mapping.scalars("expect", expected: "kind of content: use pem, certificate or private_key") {
            FilePolicy.Content(rawValue: $0)
        }
        let matches = mapping.path("matches")
        let validFor = mapping.duration("valid_for", in: FilePolicy.validities)
        guard let paths else { return nil }
        return try FilePolicy(
            paths: paths,
            expected: Set(expected ?? []),
            matches: matches,
            validFor: validFor ?? .zero
        )
    }

    private static func command(_ mapping: inout MappingReader) throws(InvalidPolicy) -> CommandPolicy? {
        mapping.require("command", example: "command: postgresql")
        let name = mapping.text("command")
        let parameters = mapping.value("parameters").map(ParameterReader.json)
        var fields: [String: JSONValue] = [:]
        if case .object(let object) = parameters {
            fields = object
        } else if parameters != nil {
            mapping.report("expected a mapping, such as {role: billing}", key: "parameters")
        }
        let environment = mapping.texts("environment")
        let timeout = mapping.duration("timeout", in: CommandPolicy.timeouts)
        guard let name else { return nil }
        return try CommandPolicy(
            command: name,
            parameters: fields,
            environment: environment ?? [],
            timeout: timeout ?? .seconds(60)
        )
    }

    private static func password(_ mapping: inout MappingReader) throws(InvalidPolicy) -> PasswordPolicy {
        let length = mapping.integer("length", in: PasswordPolicy.lengths)
        var minima: [CharacterClass: Int]?
        if var classes = mapping.mapping("classes") {
            minima = [:]
            for name in CharacterClass.allCases {
                guard classes.value(name.rawValue) != nil else { continue }
                minima?[name] = classes.integer(name.rawValue, in: 0...PasswordPolicy.lengths.upperBound) ?? 0
            }
            classes.finish()
        }
        return try PasswordPolicy(
            length: length ?? 32,
            minima: minima ?? PasswordPolicy.standardMinima,
            excluded: mapping.text("exclude") ?? "",
            symbols: mapping.text("symbols") ?? PasswordPolicy.standardSymbols,
            allowed: mapping.text("allowed"),
            isWithoutRuns: mapping.bool("no_runs") ?? false
        )
    }
}

import AIHubClient
package import RotationEngine
import Scheduling
package import ValueGenerators
package import Yams

/// Reads one entry of a schedules file, or the options of `schedule add`, which are the same keys.
package enum ScheduleReader {
    /// What an entry says that a later version of the program will act upon.
    package static let reservedKeys: Set<String> = [
        "cron", "timezone", "window", "jitter", "max_age", "catch_up", "group", "group_spacing",
    ]

    /// What becomes of a slot that was missed.
    private enum CatchUp: String, CaseIterable {
        case once
        case skip
    }

    /// Reads a definition; what is wrong goes to the diagnostics, and then it is nil.
    package static func definition(_ entry: inout MappingReader) -> ScheduleDefinition? {
        let week = Duration.seconds(7 * 86_400)
        let every = entry.duration("every", in: Cadence.Period.range)
        let minInterval = entry.duration("min_interval", in: .zero...Cadence.Period.range.upperBound)
        var generator: GeneratorSpecification?
        if let node = entry.value("generator") { generator = Self.generator(node, &entry) }
        entry.require("generator", example: "generator: password")
        let access = access(&entry)
        let description = entry.text("description")
        let finishAfter = entry.duration("finish_after", in: .zero...(week * 52))
        let owner = entry.text("owner")
        let policy = entry.text("policy")
        readReserved(&entry)
        guard let every, let period = Cadence.Period(every) else {
            if entry.value("cron") == nil {
                entry.require("every", example: "every: 30d")
            } else if entry.value("every") == nil {
                entry.report("cron is not supported yet: use every", key: "cron")
            }
            return nil
        }
        guard let generator else { return nil }
        return ScheduleDefinition(
            cadence: .every(period),
            generator: generator,
            minInterval: minInterval,
            access: access,
            description: description,
            finishAfter: finishAfter ?? .zero,
            owner: owner,
            policy: policy
        )
    }

    private static func readReserved(_ entry: inout MappingReader) {
        let day = Duration.seconds(86_400)
        _ = entry.text("cron")
        if entry.value("cron") != nil && entry.value("every") != nil {
            entry.report("an entry has either every or cron", key: "cron")
        }
        _ = entry.text("timezone")
        _ = entry.duration("window", in: .zero...day * 7)
        _ = entry.duration("jitter", in: .zero...day * 7)
        _ = entry.duration("max_age", in: .seconds(1)...Cadence.Period.range.upperBound)
        _ = entry.choice("catch_up", CatchUp.self)
        _ = entry.text("group")
        _ = entry.duration("group_spacing", in: .zero...day * 7)
    }

    private static func access(_ entry: inout MappingReader) -> WorkspaceAccess? {
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
    }

    /// Reads a generator: the name of a type, or a mapping with `type`.
    package static func generator(_ node: Node, _ entry: inout MappingReader) -> GeneratorSpecification? {
        do {
            if case .scalar(let scalar) = node { return try standardGenerator(scalar.string) }
            guard var mapping = entry.mapping("generator") else { return nil }
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
            }
        } catch {
            entry.report("\(error)", key: "generator")
            return nil
        }
    }

    private static func standardGenerator(_ name: String) throws(InvalidPolicy) -> GeneratorSpecification {
        switch GeneratorType(rawValue: name) {
        case .password: .password(try PasswordPolicy())
        case .token: .token(try TokenPolicy())
        case .uuid: .uuid(.v4)
        case nil: throw .type(name)
        }
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
            symbols: mapping.text("symbols") ?? PasswordPolicy.standardSymbols
        )
    }
}

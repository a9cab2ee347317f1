package import RotationCore
import Scheduling
import Yams

/// Reads one entry of a schedules file, or the options of `schedule add` and `schedule edit`, which are the same keys.
package enum ScheduleReader {
    /// Reads a definition; nil if it has errors, which are in the diagnostics.
    ///
    /// - Parameter generators: The registry of generators.
    package static func definition(
        _ entry: inout MappingReader,
        generators: any GeneratorRegistry
    ) -> ScheduleDefinition? {
        let slots = cadence(&entry)
        let hasCadence = entry.value("every") != nil || entry.value("cron") != nil
        let timezone = timezone(&entry)
        let window = window(&entry)
        let jitter = jitter(&entry)
        let maxAge = maxAge(&entry)
        let catchUp = catchUp(&entry)
        let group = group(&entry)
        let minInterval = entry.duration("min_interval", in: minIntervals)
        let generator = GeneratorReader(generators).specification(of: &entry)
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

    /// Reads a change of a definition; an empty text removes a key.
    ///
    /// - Parameter generators: The registry of generators.
    package static func edit(_ entry: inout MappingReader, generators: any GeneratorRegistry) -> ScheduleEdit {
        var edit = ScheduleEdit()
        edit.cadence = cadence(&entry)
        edit.timezone = setting("timezone", &entry, timezone)
        edit.window = setting("window", &entry, window)
        edit.jitter = jitter(&entry)
        edit.maxAge = setting("max_age", &entry, maxAge)
        edit.catchUp = catchUp(&entry)
        edit.group = setting("group", &entry, groupName)
        edit.groupSpacing = entry.duration("group_spacing", in: .zero...year)
        edit.generator = GeneratorReader(generators).specification(of: &entry)
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

    /// Reads a key that can be removed.
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
        case nil: return entry.texts("allowed_workspaces", form: "all, none, or a list of texts").map { .only($0) }
        }
        return nil
    }
}

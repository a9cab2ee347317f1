import AIHubClient
import Logging
import Scheduling
import Synchronization
import ValueGenerators

/// What the engine has seen of a value that somebody else makes.
struct Sighting {
    var generator: GeneratorSpecification
    var signature: SourceSignature
    /// Since when it is so, since boot.
    var since: Duration
    var content: SourceContent
}

/// Looks at values that others make: files that are renewed by another tool.
extension Engine {
    /// How often they are looked at, whatever a watcher says; and how long what can't be used is waited for, as its parts
    /// may be written one after the other.
    private static let sourceInterval = Duration.seconds(60)

    /// Has the engine look soon: a file may have changed.
    nonisolated package func noteSourceChange() {
        hasSourceHint.store(true, ordering: .sequentiallyConsistent)
        wake()
    }

    /// Starts a look, if it is time for one; beside the passes, as a file on a slow disk must not hold them up.
    func startLook(_ group: inout DiscardingTaskGroup) {
        guard !isLookingAtSources else { return }
        let isTime = sourcesLookedAt.map { clock.uptime - $0 >= Self.sourceInterval } ?? true
        let isHinted = hasSourceHint.exchange(false, ordering: .sequentiallyConsistent)
        guard isTime || isHinted else { return }
        isLookingAtSources = true
        sourcesLookedAt = clock.uptime
        group.addTask { await self.lookAtSources() }
    }

    private func lookAtSources() async {
        do {
            var folders: Set<String> = []
            var isChanged = false
            let schedules = try await storage.watchedSchedules()
            for schedule in schedules where configuration.hubs[schedule.secret.hub] != nil {
                guard let generator = makeGenerator(schedule.definition.generator) as? any WatchedGenerator else {
                    continue
                }
                // Before the look: what changes after it is told of.
                folders.formUnion(generator.folders)
                watchFolders(folders)
                isChanged = try await look(at: schedule, generator) || isChanged
            }
            if schedules.isEmpty { watchFolders([]) }
            sightings = sightings.filter { name, _ in schedules.contains { $0.secret == name } }
            isLookingAtSources = false
            if isChanged || hasSourceHint.load(ordering: .sequentiallyConsistent) { wake() }
        } catch {
            isLookingAtSources = false
            sightings = [:]
            pauseForStorage(error)
        }
    }

    /// - Returns: Whether the schedule has another due instant now.
    private func look(at schedule: Schedule, _ generator: any WatchedGenerator) async throws -> Bool {
        let specification = schedule.definition.generator
        let signature = await generator.signature()
        var isNew = false
        var sighting: Sighting
        if let last = sightings[schedule.secret], last.generator == specification, last.signature == signature {
            sighting = last
        } else {
            isNew = true
            let content = try await content(of: generator, schedule)
            sighting = .init(generator: specification, signature: signature, since: clock.uptime, content: content)
        }
        sightings[schedule.secret] = sighting
        let look = SourceLook(
            secret: schedule.secret,
            generator: specification,
            content: sighting.content,
            isNew: isNew,
            isLasting: clock.uptime - sighting.since >= Self.sourceInterval,
            now: clock.now
        )
        let after = schedule.afterLook(look.content, isNew: isNew, isLasting: look.isLasting, now: look.now)
        guard after != schedule else { return false }
        try await storage.takeLook(look)
        return after.nextDue != schedule.nextDue
    }

    private func content(of generator: any WatchedGenerator, _ schedule: Schedule) async throws -> SourceContent {
        let context = GeneratorContext(hub: schedule.secret.hub, alias: schedule.secret.alias.text, rotation: "")
        let made: GeneratedValue
        do { made = try await generator.generate(context) } catch {
            logger.warning(
                "no usable value yet: \(error)",
                metadata: ["hub": "\(context.hub)", "alias": "\(context.alias)"]
            )
            return .unusable
        }
        return .value(fingerprints: try await storage.fingerprints(of: made.value))
    }
}

import Logging
import RotationCore
import Scheduling
import Synchronization

/// How values that others make are watched.
package struct SourceWatch: Sendable {
    /// Has somebody tell, by ``Engine/noteSourceChange()``, when something happens in these folders, and in no others.
    package var watch: @Sendable (Set<String>) async -> Void
    /// Returns after as long as it takes to write a file to its end.
    package var settle: @Sendable () async -> Void

    package init(
        watch: @escaping @Sendable (Set<String>) async -> Void,
        settle: @escaping @Sendable () async -> Void
    ) {
        self.watch = watch
        self.settle = settle
    }

    /// Nobody tells, and files are written at once.
    package static let none = SourceWatch(watch: { _ in }, settle: {})
}

/// What the engine has seen of a value that somebody else makes.
struct Observation {
    var generator: GeneratorSpecification
    var signature: SourceSignature
    var content: SourceContent
    /// Why it is not to be delivered.
    var problem: String?
    /// When its content was read, since boot.
    var readAt: Duration
    /// Since when there is nothing to deliver, or there is, since boot.
    var since: Duration
}

/// Looks at values that others make: files that are renewed by another tool.
extension Engine {
    /// How often they are looked at, whatever a watcher says; and how long what can't be used is waited for, as its parts
    /// may be written one after the other.
    ///
    /// A little less than the alarm's minute, which is not exact.
    private static let sourceInterval = Duration.seconds(55)

    /// How often what has not changed is read again: a certificate expires without a change.
    private static let rereadInterval = Duration.seconds(3600)

    /// A schedule whose values somebody else makes, and what looks at them.
    private struct Source {
        var schedule: Schedule
        var generator: any WatchedGenerator
        var signature = SourceSignature([])
    }

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
            let isChanged = try await look(at: sources())
            isLookingAtSources = false
            if isChanged || hasSourceHint.load(ordering: .sequentiallyConsistent) { wake() }
        } catch {
            isLookingAtSources = false
            observations = [:]
            pauseForStorage(error)
        }
    }

    private func sources() async throws -> [Source] {
        try await storage.watchedSchedules().compactMap { schedule in
            guard configuration.hubs[schedule.secret.hub] != nil,
                let generator = makeGenerator(schedule.definition.generator) as? any WatchedGenerator
            else { return nil }
            return Source(schedule: schedule, generator: generator)
        }
    }

    /// - Returns: Whether a schedule has another due instant now.
    private func look(at found: [Source]) async throws -> Bool {
        var (sources, folders) = (found, Set<String>())
        for source in sources { folders.formUnion(await source.generator.folders()) }
        // Before the look: what changes after it is told of.
        await sourceWatch.watch(folders)
        let names = Set(sources.map(\.schedule.secret))
        observations = observations.filter { names.contains($0.key) }
        for index in sources.indices { sources[index].signature = await sources[index].generator.signature() }
        // What is being written just now is looked at when that has ended.
        let isAnyNew = sources.contains { observations[$0.schedule.secret]?.signature != $0.signature }
        if isAnyNew { await sourceWatch.settle() }
        var isChanged = false
        for source in sources where !stopping.load(ordering: .sequentiallyConsistent) {
            if isAnyNew, await source.generator.signature() != source.signature {
                hasSourceHint.store(true, ordering: .sequentiallyConsistent)
                continue
            }
            isChanged = try await look(at: source) || isChanged
        }
        return isChanged
    }

    private func look(at source: Source) async throws -> Bool {
        let schedule = source.schedule
        let last = observations[schedule.secret]
        let (observation, isNew) = try await observation(of: source)
        observations[schedule.secret] = observation
        let look = SourceObservation(
            secret: schedule.secret,
            generator: observation.generator,
            content: observation.content,
            isNew: isNew,
            isLasting: clock.uptime - observation.since >= Self.sourceInterval,
            problem: observation.problem,
            now: clock.now
        )
        let after = schedule.afterLook(look.content, isNew: isNew, isLasting: look.isLasting, now: look.now)
        let isKnown = last.map { $0.generator == observation.generator && $0.problem == observation.problem } ?? false
        guard after != schedule || !isKnown else { return false }
        try await storage.recordObservation(look)
        return after.nextStep != schedule.nextStep
    }

    /// What is there, and whether it was not so at the last look.
    ///
    /// What could be used is not read again before its signature changes; what could not may have become valid by now, or
    /// have been out of reach for a moment.
    private func observation(of source: Source) async throws -> (Observation, isNew: Bool) {
        let specification = source.schedule.definition.generator
        let last = observations[source.schedule.secret].flatMap { $0.generator == specification ? $0 : nil }
        let isFresh = last.map { clock.uptime - $0.readAt < Self.rereadInterval } ?? false
        if let last, isFresh, last.signature == source.signature, last.content.isUsable { return (last, false) }
        let view = await source.generator.view()
        let fingerprints = if let value = view.value { try await storage.fingerprints(of: value) } else { [[UInt8]]() }
        let content = SourceContent(fingerprints: fingerprints, isUsable: view.problem == nil && view.value != nil)
        if let problem = view.problem, problem != last?.problem { warn(of: problem, source.schedule.secret) }
        let isSame = last?.signature == source.signature && last?.content == content
        let since = content.isUsable ? nil : last.flatMap { $0.content.isUsable ? nil : $0.since }
        let observation = Observation(
            generator: specification,
            signature: source.signature,
            content: content,
            problem: view.problem,
            readAt: clock.uptime,
            since: since ?? clock.uptime
        )
        return (observation, !isSame)
    }

    private func warn(of problem: String, _ secret: SecretName) {
        logger.warning(
            "no usable value: \(problem)",
            metadata: ["hub": "\(secret.hub)", "alias": "\(secret.alias.text)"]
        )
    }
}

package import ControlAPI
import Glibc
package import Logging
package import RotationConfiguration
package import RotationCore
package import RotationEngine
import RotationStore
import SQLite
import Scheduling
import SecretMemory
import Synchronization
import TransparencyLog
import ValueGenerators

/// The composition of the daemon: lock, store, hubs and engine, without signals and systemd.
package final class DaemonRuntime: Sendable {
    /// The engine that runs rotations.
    package let engine: Engine
    /// The lock, held from start to end.
    package let lock: DaemonLock
    let store: RotationStore
    /// The task of ``copier``; it ends after the last entry is written, so that the auditors' copy contains it.
    let copier: HistoryCopier
    private let copying: Task<Void, Never>
    /// Signs checkpoints from the end of the start on; nil before.
    let signing = Mutex<(keeper: CheckpointKeeper, task: Task<Void, Never>)?>(nil)
    /// Asks the witnesses of the audit log.
    let witnesses: WitnessKeeper
    /// Tells journal and receivers what was committed.
    let outlets: Outlets
    /// The reloads of the configuration, each as a commit without content.
    let reloads = CommitStream(position: 0, capacity: 1)
    let hubs: HubClients
    let logger: Logger
    private let inForce: Mutex<InForce>
    private let plugIns: PlugIns
    let logHealth: @Sendable () -> LogHealth

    /// A configuration with its hubs' clients.
    ///
    /// The engine and commands share a hub's limits.
    private struct InForce {
        var configuration: Configuration
        var hubs: [String: Engine.Hub]
    }

    /// Why a daemon can't start.
    package enum StartFailure: Error, CustomStringConvertible {
        /// A key can't be read.
        case key(String)

        package var description: String {
            switch self {
            case .key(let text): "keys.staging: \(text)"
            }
        }
    }

    /// Takes the lock, opens and migrates the databases, and writes the first entries.
    ///
    /// - Parameters:
    ///   - journal: The journal's logger, if it is told each entry of the history.
    ///   - logHealth: The health of the log.
    /// - Throws: `DaemonLock.Failure`, ``ConfigurationError``, ``StartFailure``, or the errors of the databases;
    ///   nothing stays open then.
    package init(
        configuration: Configuration,
        logger: Logger,
        journal: Logger? = nil,
        logHealth: @escaping @Sendable () -> LogHealth = { LogHealth() }
    ) async throws {
        self.logger = logger
        self.logHealth = logHealth
        lock = try await Self.takeLock(configuration)
        let key = try Self.stagingKey(configuration)
        hubs = HubClients()
        let views: [String: Engine.Hub]
        do {
            views = try hubs.hubs(of: configuration)
            store = try Self.openStore(configuration, key: key, lock: lock)
        } catch {
            await hubs.shutdown()
            throw error
        }
        do { plugIns = try PlugIns(configuration, logger: logger) } catch {
            await store.close()
            await hubs.shutdown()
            throw error
        }
        let copier = HistoryCopier(
            of: configuration.database,
            stream: store.stream,
            clock: SystemClock(),
            isInPlace: { [store] in store.replaced == nil }
        )
        (self.copier, copying) = (copier, Task { await copier.run() })
        witnesses = WitnessKeeper(database: configuration.database, store: store, logger: logger)
        let database = configuration.database
        outlets = Outlets(database: database, stream: store.stream, logger: logger, journal: journal)
        inForce = Mutex(InForce(configuration: configuration, hubs: views))
        engine = Engine(
            configuration: .init(hubs: views, retry: configuration.retry),
            storage: store,
            clock: SystemClock(),
            random: SystemRandom(),
            makeGenerator: plugIns.makeGenerator,
            logger: logger
        )
        hubs.watchTokens(logger: logger) { [engine] in engine.wake() }
        do {
            await plugIns.settle()
            try await adjustForClockAtStart(configuration)
            try await store.resumeParked { configuration.plan(of: $0) }
            try await engine.limitPauses()
            let landlock = Confinement.version
            try await note(Audit.DaemonStarted(pid: getpid(), landlock: landlock))
            let startsPlugIns = configuration.generatorsSockets == nil
            if landlock == 0 && startsPlugIns && access(configuration.generatorsDirectory, F_OK) == 0 {
                logger.warning("plug-ins run unconfined: no Landlock in the kernel, or in the unit's SystemCallFilter=")
            }
            try await note(Audit.ConfigurationLoaded(configuration))
            warnOfRefusedPlugIns()
            try await holdUnlessCheckpointsAgree()
            startSigning()
            await followWitnesses()
            await followOutlets()
        } catch {
            await close()
            throw error
        }
    }

    /// Adjusts for a clock that is behind the newest entry: it was ahead when the entry was written, or is behind now.
    private func adjustForClockAtStart(_ configuration: Configuration) async throws {
        let now = SystemClock().now
        guard let last = try await store.latestEntryTime() else { return }
        let step = last.duration(to: now)
        guard step < .zero - ClockWatch.tolerance else { return }
        logger.error("the clock is \(.zero - step) behind an entry of the history")
        try await store.adjustForClockStep(
            step,
            now: now,
            farthest: configuration.retry.longestWait,
            longestHolds: configuration.hubs.mapValues { LateHold.longest(timeout: $0.timeout, lateHold: $0.lateHold) }
        )
    }

    /// Takes the lock.
    ///
    /// It waits for a command, which holds the lock while it writes or waits for a hub.
    private static func takeLock(_ configuration: Configuration) async throws -> DaemonLock {
        let database = configuration.database
        let longest = configuration.hubs.values.map(\.timeout).max() ?? .zero
        let deadline = ContinuousClock.now + .seconds(5) + longest * 2
        while ContinuousClock.now < deadline {
            do throws(DaemonLock.Failure) {
                return try DaemonLock(database: database, role: .starting)
            } catch {
                guard case .held(_, let holder) = error, !holder.isDaemon else { throw error }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        return try DaemonLock(database: database, role: .starting)
    }

    private static func stagingKey(_ configuration: Configuration) throws -> StagingKey {
        let keys = try configuration.stagingKeys.map(readStagingKey)
        guard let first = keys.first else { throw StartFailure.key("name at least one") }
        return first.with(older: Array(keys.dropFirst()))
    }

    private static func readStagingKey(_ reference: Configuration.FileReference) throws -> StagingKey {
        let path = try reference.path()
        do {
            return try StagingKey(SecretFile.read(path, limit: 4096))
        } catch let error as StagingKey.Invalid {
            throw StartFailure.key("\(path): \(error)")
        } catch {
            throw StartFailure.key("\(error)")
        }
    }

    private static func openStore(
        _ configuration: Configuration,
        key: StagingKey,
        lock: DaemonLock
    ) throws -> RotationStore {
        try RotationStore(
            path: configuration.database,
            key: key,
            origin: Host.origin(),
            clock: SystemClock(),
            random: SystemRandom(),
            generators: BuiltInGenerators(),
            checkLock: { () throws(FenceLost) in try lock.check() }
        )
    }

    /// Logs an error if there are plug-ins that may not run.
    private func warnOfRefusedPlugIns() {
        guard configuration.generatorsSockets == nil, let refusal = configuration.plugInIdentity.refusal,
            PlugInFile.mayExist(in: configuration.generatorsDirectory)
        else { return }
        logger.error("plug-ins are not run: \(refusal)")
    }

    /// The configuration in force.
    package var configuration: Configuration { inForce.withLock { $0.configuration } }

    /// Appends an entry with the daemon as its actor.
    private func note(_ event: some AuditEvent) async throws {
        try await store.append(AuditEntry(event, time: SystemClock().now.rfc3339, actor: .daemon))
    }

    // MARK: While it runs

    /// Creates the watch on files of `file` generators.
    func makeSourceWatch() -> SourceWatch {
        let watcher = FileWatcher { [engine] in engine.noteSourceChange() }
        if watcher == nil {
            logger.warning("files can't be watched (fs.inotify.max_user_instances): they are read each minute")
        }
        return SourceWatch(watch: { watcher?.watch($0) }, settle: { try? await Task.sleep(for: .seconds(2)) })
    }

    /// The server of the control socket.
    package func controlServer() -> ControlServer {
        let store = store
        return ControlServer(
            path: configuration.control,
            environment: .init(
                queue: store,
                gateway: gateway,
                roles: { [self] in roles },
                plan: { [self] in configuration.plan(of: $0) },
                refusal: { [self] in configuration.refusal(of: $0) },
                auditKey: { [self] in try configuration.readAuditKey() },
                generators: BuiltInGenerators(),
                check: GeneratorCheck(plugIns.makeGenerator),
                // The change may concern a schedule with a `file` generator.
                changed: { [engine] in engine.noteSourceChange() },
                health: { [self] in health },
                clock: SystemClock(),
                random: SystemRandom(),
                logger: logger
            )
        )
    }

    /// Calls hubs of the configuration in force, for commands and for the daily look at drift.
    var gateway: HubGateway {
        HubGateway(
            queue: store,
            names: { [self] in Array(configuration.hubs.keys) },
            find: { [self] in gatewayHub($0) },
            clock: SystemClock()
        )
    }

    /// The roles in force, without the users of plug-ins.
    private var roles: Roles {
        var roles = configuration.roles
        roles.plugInUsers = plugIns.users
        return roles
    }

    /// A hub of the configuration in force.
    private func gatewayHub(_ name: String) -> HubGateway.Hub? {
        inForce.withLock { inForce in
            guard let api = inForce.hubs[name]?.api, let hub = inForce.configuration.hubs[name] else { return nil }
            let cap = inForce.configuration.retry.retryAfterCap
            return HubGateway.Hub(
                api: api,
                auditLog: hub.auditLog ? api as? any HubAuditAPI : nil,
                timeout: hub.timeout,
                lateHold: hub.lateHold,
                retryAfterCap: cap
            )
        }
    }

    /// Performs an operation in this process, like the control socket's server, for the process's own user.
    package func perform<Operation: LedgerOperation>(_ operation: Operation) async throws -> Operation.Answer {
        let context = OperationContext(
            caller: .current,
            now: SystemClock().now,
            random: SystemRandom(),
            plan: { [self] in configuration.plan(of: $0) },
            refusal: { [self] in configuration.refusal(of: $0) },
            health: { [self] in health },
            auditKey: { [self] in try configuration.readAuditKey() }
        )
        let answer = try await operation.perform(on: store, context)
        engine.wake()
        return answer
    }

    /// Reloads the configuration and all tokens; keeps the old ones in force if the new ones are not valid.
    ///
    /// - Returns: Whether the new ones are in force.
    @discardableResult
    package func reload() async -> Bool {
        let old = configuration
        do {
            let fresh = try Configuration.load(old.path)
            let isSamePlace = fresh.database.isExactly(old.database) && fresh.control.isExactly(old.control)
            guard isSamePlace, fresh.stagingKeys == old.stagingKeys, fresh.log == old.log,
                fresh.metrics == old.metrics
            else {
                let message = "database, control, keys.staging, log, metrics: a change needs a restart"
                throw ConfigurationError(source: old.path, message: message)
            }
            let views = try hubs.hubs(of: fresh)
            try await note(Audit.ConfigurationLoaded(fresh))
            inForce.withLock { $0 = InForce(configuration: fresh, hubs: views) }
            reloads.publish(Commit(number: reloads.position + 1, changes: .init()))
            plugIns.update(fresh)
            await followWitnesses()
            await followOutlets()
            await engine.update(.init(hubs: views, retry: fresh.retry))
            try await engine.reopenHubs()
            let event = AuditEventName.configurationLoaded.rawValue
            logger.notice("configuration reloaded", metadata: ["hash": "\(fresh.hash)", "event": "\(event)"])
            return true
        } catch {
            logger.error("configuration not reloaded, the old one stays in force: \(error)")
            try? await note(Audit.ConfigurationRejected(error is ConfigurationError ? .invalid : .storage))
            return false
        }
    }

    /// Requests the rotations that `signals.usr1` names.
    package func rotateAll() async {
        do {
            switch configuration.usr1 {
            case .all: try await engine.requestAll(overdueOnly: false)
            case .overdue: try await engine.requestAll(overdueOnly: true)
            case .ignore: logger.notice("signal USR1 ignored, as configured")
            }
        } catch {
            logger.critical("signal USR1: requests can't be written", metadata: ["error": "\(error)"])
            // The engine then finds out whether it is still the writer.
            engine.wake()
        }
    }

    /// Starts nothing new; the engine's `run()` returns when the work in flight has ended.
    package func stop() {
        engine.stop()
        hubs.closeLimiters()
    }

    /// Returns once engine and store have answered.
    package func heartbeat() async throws {
        await engine.heartbeat()
        _ = try await store.hubStatus("")
    }

    /// The reason why the daemon has ended by itself: another process has taken over.
    ///
    /// nil if none has.
    package var fenceLost: StorageTrouble? {
        engine.storageTrouble.flatMap { $0.kind == .fenceLost ? $0 : nil }
    }

    /// Writes the last entry, truncates the WAL and closes everything.
    ///
    /// Call this once, after the engine has ended.
    package func close() async {
        await witnesses.stop()
        do {
            if let lost = fenceLost?.fenceLost {
                try await store.noteFenceLost(lost)
            } else {
                try await note(Audit.DaemonStopped())
            }
        } catch {
            logger.critical("the last entry can't be written", metadata: ["error": "\(error)"])
        }
        await endSigning()
        await witnesses.end()
        await endCopy()
        await store.close()
        await outlets.end()
        await hubs.shutdown()
        // Explicitly, not with the last reference: a task that ends later may hold one.
        lock.release()
    }

    private func endCopy() async {
        copying.cancel()
        await copying.value
    }
}

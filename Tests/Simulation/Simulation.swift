import Foundation
import RotationCore
import RotationEngine
import RotationStore
import Scheduling
import Synchronization
import TestSupport
import ValueGenerators

/// One run: a daemon, or one after the other, and its hubs, for some days of made-up time.
package final class Simulation {
    /// What is played.
    package struct Options: Sendable {
        package var seed: UInt64
        package var hubs = 2
        /// How many secrets each hub has whose values are made; of one more another tool leaves the value in a file.
        package var secretsPerHub = 3
        /// For how long things go wrong; then all is fair for two days more.
        package var days = 2
        package var breakage: Breakage?
        /// No chance: only the write of this number fails, in the one way or the other, and the daemon dies with it.
        package var failedWrite: WriteFault?
        /// Whether the databases stay, to be looked at.
        package var keepsFolder = false
        /// Whether each entry of the audit log is held against the type of its event.
        package var checksEntries = false

        package init(seed: UInt64) {
            self.seed = seed
        }
    }

    /// A write that fails.
    package struct WriteFault: Hashable, Sendable {
        /// Counted from 1, over all lives.
        package var number: Int
        /// Whether it is persisted all the same.
        package var isPersisted: Bool

        package init(number: Int, isPersisted: Bool) {
            self.number = number
            self.isPersisted = isPersisted
        }
    }

    /// How it went.
    package struct Outcome: Sendable {
        package var seed: UInt64
        /// What must not have happened; nil for nothing.
        package var violation: String?
        /// How many rotations there were.
        package var rotations = 0
        /// How many daemons have died.
        package var deaths = 0
        /// How many writes there were.
        package var writes = 0
        /// A hash of all that the run has done and left behind.
        package var digest: RunDigest
    }

    let dice: Dice
    let time: SimulatedTime
    let judge: Judge
    let surroundings: SimulatedHub.Surroundings
    let hubs: [String: SimulatedHub]
    let options: Options
    let steps: StepExecutor
    let host: SimulatedHost
    private let systems = SimulatedSystems()
    let files = SimulatedFiles()
    let path: String
    private let writes = Counter()
    private let odds: Mood
    var daemon: SimulatedDaemon
    /// A daemon that still lives though another one has taken over.
    var rival: SimulatedDaemon?
    /// Whether copies of older files are there.
    var hasCopies = false
    private var deaths = 0

    /// How likely faults are just now.
    private final class Mood: Sendable {
        private let state: Mutex<Int>
        init(_ odds: Int) { state = Mutex(odds) }
        var odds: Int { state.withLock { $0 } }
        func clear() { state.withLock { $0 = 0 } }
    }

    /// Plays one run in a folder of its own.
    package static func play(_ options: Options, counts: FaultCounts) throws -> Outcome {
        // Memory, where there is any: what is simulated is death, not power failure.
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        let folder = "\(parent)/simulation-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        if options.keepsFolder { print("databases: \(folder)") }
        defer { if !options.keepsFolder { try? FileManager.default.removeItem(atPath: folder) } }
        return try Simulation(options, folder: folder, counts: counts).run()
    }

    private init(_ options: Options, folder: String, counts: FaultCounts) throws {
        self.options = options
        let dice = Dice(seed: options.seed)
        // Days on which nothing happens to clocks; on which Berlin's, St John's and Lord Howe's are set.
        let starts = ["2026-11-23", "2026-03-28", "2026-10-24", "2026-10-31", "2026-04-04"]
        let start = Instant(rfc3339: starts[dice.roll(starts.count)] + "T00:00:00Z")
        let time = SimulatedTime(now: start ?? Instant(milliseconds: 0))
        (self.dice, self.time) = (dice, time)
        let odds = Mood(options.failedWrite == nil ? 5 + dice.roll(40) : 0)
        self.odds = odds
        judge = Judge(time: time, systems: systems)
        steps = StepExecutor(dice: dice)
        path = "\(folder)/rotator.db"
        let surroundings = SimulatedHub.Surroundings(time: time, dice: dice, judge: judge, counts: counts) { odds.odds }
        self.surroundings = surroundings
        let names = (0..<options.hubs).map { "h\($0)" }
        hubs = Dictionary(
            uniqueKeysWithValues: names.map { ($0, SimulatedHub(name: $0, isListing: $0 == "h0", surroundings)) }
        )
        host = SimulatedHost(dice)
        try Self.makeHistory(path, host, dice, now: time.now)
        try Self.addSchedules(options, path, host, hubs, dice, judge, now: time.now)
        for name in names {
            systems.add("\(name)/s1")
            files.write(Array("the first of \(name)".utf8), "\(name)/s3")
        }
        let site = SimulatedDaemon.Site(
            path: path,
            key: try Self.makeKey(dice),
            host: host,
            hubs: hubs,
            systems: systems,
            files: files,
            surroundings: surroundings,
            steps: steps,
            breakage: options.breakage,
            failedWrite: options.failedWrite,
            writes: writes
        )
        daemon = try SimulatedDaemon(site)
    }

    // MARK: Playing

    private func run() throws -> Outcome {
        try play(for: .seconds(options.days * 86_400), isTroubled: options.failedWrite == nil)
        odds.clear()
        endRival()
        for hub in hubs.values { hub.set(.fair) }
        time.synchronise()
        try play(for: .seconds(2 * 86_400), isTroubled: false)
        if judge.violation == nil { try checkThatAllIsWell() }
        daemon.end(steps)
        try checkTheLog()
        if options.checksEntries { try AuditSchema.check(path) }
        return Outcome(
            seed: options.seed,
            violation: judge.violation,
            rotations: try countRotations(),
            deaths: deaths,
            writes: writes.value,
            digest: try RunDigest(history: path, requests: surroundings.transcript.value)
        )
    }

    /// Plays for a length of real time, as nobody sets it.
    private func play(for length: Duration, isTroubled: Bool) throws {
        let end = time.uptime + length
        while time.uptime < end && judge.violation == nil {
            guard steps.drain() else { return judge.accuse("work without an end: a hot loop") }
            if daemon.process.isDead { try restart() }
            if isTroubled && dice.once(in: 150) { try startRival() }
            if isTroubled && dice.once(in: 12) {
                try Incident.happen(in: self, daemon)
                daemon.engine.wake()
                continue
            }
            if !isTroubled && dice.once(in: 20) { try Incident.abandonParked(in: self, daemon) }
            passTime()
        }
    }

    /// Lets time pass until something happens, but not past the daemon's look every minute.
    func passTime() {
        let alarm = daemon.alarm.instant.map { time.now.duration(to: $0) }
        let next = [time.untilNext, alarm].compactMap { $0 }.min()
        let isFar = next.map { $0 > .seconds(60) } ?? true
        if isFar && !daemon.hasLooked {
            daemon.hasLooked = true
            time.advance(by: .seconds(60))
        } else {
            daemon.hasLooked = false
            // Nothing is known to come: the looks go on.
            // Nor is anything that is far believed to be: a clock that was set makes an alarm a year away.
            time.advance(by: min(max(.milliseconds(1), next ?? .seconds(600)), .seconds(3600)))
        }
        daemon.lookIfDue()
        rival?.lookIfDue()
    }

    private func restart() throws {
        deaths += 1
        daemon.end(steps)
        endRival()
        if dice.once(in: 4) { host.reboot(dice) }
        if odds.odds > 0 { try meetRestore() }
        time.advance(by: .milliseconds(dice.roll(20_000)))
        daemon = try SimulatedDaemon(daemon.site)
        perform { [daemon] in try await daemon.adjustForClockAtStart() }
    }

    /// Has something asynchronous done, all of it, now.
    func perform(_ body: @escaping @Sendable () async throws -> Void) {
        Task(executorPreference: steps) { try? await body() }
        _ = steps.drain()
    }

    // MARK: Judging

    private func countRotations() throws -> Int {
        let history = try History(path: path, generators: BuiltInGenerators())
        defer { history.close() }
        return try history.rotations(limit: 1_000_000).count
    }

    /// With fair weather for two days nothing is overdue, open or failing.
    private func checkThatAllIsWell() throws {
        let history = try History(path: path, generators: BuiltInGenerators())
        defer { history.close() }
        let now = time.now
        for stored in try history.rotations(openOnly: true)
        where stored.rotation.openedAt.advanced(by: .seconds(7200)) < now {
            judge.accuse(
                "\(stored.rotation.secret): rotation \(stored.rotation.id) stays \(stored.rotation.state.phaseName)"
            )
        }
        let schedules = try history.schedules()
        let members = schedules.compactMap(\.definition.group?.name).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        for schedule in schedules where !schedule.isPaused(at: now) {
            if schedule.definition.generator.isWatched {
                let held = hubs[schedule.secret.hub]?.value(of: schedule.secret.alias.text)
                if held != files.content("\(schedule.secret)") {
                    judge.accuse("\(schedule.secret) is not what its file has")
                }
                if schedule.failures > 0 { judge.accuse("\(schedule.secret) stays failing") }
                continue
            }
            // Another secret of its group may have begun at the same instant.
            let patience = Duration.seconds(600) + (schedule.definition.group?.spacing ?? .zero)
            if let due = schedule.nextDue, due.advanced(by: patience) < now {
                judge.accuse("\(schedule.secret) stays overdue")
            }
            // The last of a group can't begin within a window that is shorter than the turns of those before it.
            if let window = schedule.definition.window, let group = schedule.definition.group,
                window < group.spacing * members[group.name, default: 0]
            {
                continue
            }
            let age = schedule.lastSuccess.map { $0.duration(to: now) } ?? .seconds(1_000_000)
            if age > .seconds(20 * 3600) { judge.accuse("\(schedule.secret) has not rotated for \(age)") }
        }
    }
}

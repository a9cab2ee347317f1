import RotationCore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// Each wait has a limit: one row of the table in code, one row of a table here.
struct WaitTests {
    private static let start = Instant(milliseconds: 1_795_435_200_000)
    private static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }
    private static let id = RotationID(milliseconds: 0, random: SeededRandom(seed: 1))

    private static func secret() throws -> SecretName {
        SecretName(hub: "h", alias: try #require(SecretAlias("a")))
    }

    /// A schedule whose slot comes at ``start``; its last rotation began an hour before.
    private static func schedule(pause: Schedule.Pause? = nil, minInterval: Int = 60, group: Bool = true) throws
        -> Schedule
    {
        let period = try #require(Cadence.Period(.seconds(86_400)))
        let definition = ScheduleDefinition(
            cadence: .every(period),
            group: group ? .init(name: "g", spacing: .seconds(60)) : nil,
            generator: .uuid(.v4),
            minInterval: .seconds(minInterval)
        )
        var schedule = Schedule(
            secret: try secret(),
            definition: definition,
            anchor: at(-86_400),
            nextStep: .slot(start, due: start)
        )
        (schedule.pause, schedule.lastOpened) = (pause, at(-3600))
        return schedule
    }

    /// What stands in the way, when it could begin, and so when it is too late: two minutes after that.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pause: Schedule.Pause?
        var minInterval = 60
        var hub = HubStatus.available
        var hold: Int?
        var group: Int??
        var isOpen = false
        var lastEnded: Int?
        /// The second from which on a slot is overlong; nil for never.
        var slot: Int?
        /// The same for a request that was made at the slot.
        var request: Int?
    }

    static let rows: [Row] = [
        Row(testDescription: "nothing", slot: 120, request: 120),
        Row(testDescription: "pause with an end", pause: .init(since: at(-9), until: at(50)), slot: 170, request: 120),
        Row(testDescription: "pause without an end", pause: .init(since: at(-9)), slot: nil, request: 120),
        Row(testDescription: "minimum interval", minInterval: 3700, slot: 220, request: 120),
        Row(testDescription: "hold", hold: 40, slot: 160, request: 160),
        Row(testDescription: "group's spacing", group: .some(30), slot: 150, request: 150),
        Row(testDescription: "group in which one rotates", group: .some(nil), slot: nil, request: nil),
        Row(
            testDescription: "hub's pause",
            hub: .paused(.init(since: at(0), until: at(60), length: .seconds(60))),
            slot: 180,
            request: 180
        ),
        Row(
            testDescription: "suspended hub",
            hub: .suspended(.init(reason: .unauthorized, since: at(0), probeAt: at(60), probes: 0)),
            slot: nil,
            request: nil
        ),
        Row(testDescription: "half-open hub", hub: .halfOpen(.init(probes: 2)), slot: nil, request: nil),
        Row(testDescription: "open rotation", isOpen: true, slot: nil, request: nil),
        Row(testDescription: "hub at work", lastEnded: 100, slot: 160, request: 160),
        Row(testDescription: "hub that has been at work", lastEnded: 50, slot: 120, request: 120),
    ]

    @Test(arguments: rows)
    func slotAndRequestAreOverlongTwoMinutesAfterNothingStandsInTheirWay(_ row: Row) throws {
        let name = try Self.secret()
        let schedule = try Self.schedule(pause: row.pause, minInterval: row.minInterval)
        var groups: [String: Instant?] = [:]
        if let group = row.group { groups["g"] = .some(group.map(Self.at)) }
        let obstacles = Obstacles(
            hubs: ["h": row.hub],
            holds: row.hold.map { [name: Self.at($0)] } ?? [:],
            groups: groups,
            open: row.isOpen ? [name: Self.id] : [:]
        )
        let lastEnded = row.lastEnded.map(Self.at)
        let isSlotLate = { (now: Int) in
            obstacles.overlongSlot(schedule, lastEnded: lastEnded, now: Self.at(now)) != nil
        }
        let isRequestLate = { (now: Int) in
            obstacles.overlongRequest(
                name,
                schedule,
                requestedAt: Self.start,
                lastEnded: lastEnded,
                now: Self.at(now)
            ) != nil
        }
        for (limit, isLate) in [(row.slot, isSlotLate), (row.request, isRequestLate)] {
            if let limit {
                #expect(!isLate(limit))
                #expect(isLate(limit + 1))
            } else {
                #expect(!isLate(100_000))
            }
        }
    }

    @Test func scheduleThatRotatesOnChangeHasNoSlot() throws {
        let schedule = try Self.schedule().standing(at: .never)
        let obstacles = Obstacles(hubs: ["h": .available], holds: [:], groups: [:], open: [:])
        #expect(obstacles.overlongSlot(schedule, lastEnded: nil, now: Self.at(100_000)) == nil)
    }

    /// A pause is a problem after a quarter of an hour, and as soon as something has waited for it for two minutes.
    @Test(
        arguments: [
            (due: nil, made: nil, limit: 900), (due: 0, made: nil, limit: 120), (due: -50, made: nil, limit: 120),
            (due: 100, made: nil, limit: 220), (due: 850, made: nil, limit: 900), (due: nil, made: 30, limit: 150),
            (due: 100, made: 30, limit: 150),
        ] as [(due: Int?, made: Int?, limit: Int)]
    )
    func longPauseIsAProblem(_ row: (due: Int?, made: Int?, limit: Int)) throws {
        let schedule = try Self.schedule().standing(at: row.due.map { .slot(Self.at($0), due: Self.at($0)) } ?? .never)
        let pause = HubStatus.Pause(since: Self.at(0), until: Self.at(3600), length: .seconds(3600))
        let obstacles = Obstacles(hubs: ["h": .paused(pause)], holds: [:], groups: [:], open: [:])
        let requests = try row.made.map { [(secret: try Self.secret(), madeAt: Self.at($0))] } ?? []
        let found = { (now: Int) in obstacles.overlongPause("h", [schedule], requests, now: Self.at(now)) }
        #expect(found(row.limit) == nil)
        let problem = try #require(found(row.limit + 1))
        #expect(problem.since == Self.at(0) && problem.until == Self.at(3600))
        let waiting = [row.due, row.made].compactMap { $0 }.filter { $0 <= row.limit }
        #expect(problem.waiting == waiting.count)
        #expect(obstacles.overlongPause("other", [schedule], requests, now: Self.at(3600)) == nil)
    }

    /// The obstacles that `status` names are those that are there now.
    @Test func obstaclesThatAreOverAreNotNamed() throws {
        let name = try Self.secret()
        let schedule = try Self.schedule(pause: .init(since: Self.at(-9), until: Self.at(10)))
        let obstacles = Obstacles(
            hubs: ["h": .paused(.init(since: Self.at(0), until: Self.at(20), length: .seconds(20)))],
            holds: [name: Self.at(30)],
            groups: ["g": Self.at(40)],
            open: [:]
        )
        let all: [Obstacle] = [
            .pause(until: Self.at(10)), .hubPaused(until: Self.at(20)), .hold(until: Self.at(30)),
            .group("g", until: Self.at(40)),
        ]
        #expect(Set(obstacles.ofSlot(schedule, now: Self.start)) == Set(all))
        #expect(Set(obstacles.ofRequest(name, schedule, now: Self.start)) == Set(all.dropFirst()))
        #expect(obstacles.ofSlot(schedule, now: Self.at(25)) == Array(all.dropFirst(2)))
        #expect(obstacles.ofRequest(name, schedule, now: Self.at(40)).isEmpty)
        #expect(
            Obstacles(hubs: [:], holds: [:], groups: [:], open: [:]).ofSlot(schedule, now: Self.at(50)) == [.hubMissing]
        )
    }

    /// Phases, and how many seconds each may take: its own limit, twice.
    static let phases: [(RotationState.Phase, Int?)] = [
        (.claimed, 240), (.staged, 240), (.installed, 240), (.tested, 80), (.delivering(attempt: .underWay), 80),
        (.delivering(attempt: .ended), 80), (.delivered(confirmBy: start), 100), (.succeeded(confirmed: true), 240),
        (.finishFailed(confirmed: true, .generator), 240), (.finishHeld, nil), (.finished(confirmed: true), 120),
        (.withdrawing(.generator), 240), (.failed(.generator), 120), (.abandoning(.keep, .generator), 240),
        (.abandoned(nil), 120), (.parked(.generator), nil), (.closed, nil),
    ]

    @Test(arguments: phases)
    func phaseIsOverlongAfterTwiceItsLimit(_ phase: RotationState.Phase, _ seconds: Int?) throws {
        let policy = try CommandPolicy(command: "x", timeout: .seconds(120))
        let timeouts = (request: Duration.seconds(40), confirm: Duration.seconds(50))
        let obstacles = Obstacles(hubs: ["h": .available], holds: [:], groups: [:], open: [:])
        for wait in [0, 1000] {
            var rotation = Rotation(
                opening: try Self.schedule(),
                id: Self.id,
                trigger: .schedule,
                now: Self.start
            )
            rotation = Rotation(
                id: rotation.id,
                secret: rotation.secret,
                trigger: .schedule,
                slot: nil,
                openedAt: Self.start,
                generator: .command(policy),
                description: nil,
                access: nil,
                finishAfter: .zero,
                state: RotationState(phase: phase, tally: .init(), wakeAt: wait == 0 ? nil : Self.at(wait))
            )
            let isLate = { (now: Int) in
                obstacles.overlongPhase(
                    rotation,
                    changedAt: Self.start,
                    timeouts: timeouts,
                    lastEnded: nil,
                    now: Self.at(now)
                ) != nil
            }
            #expect(isLate(100_000) == (seconds != nil))
            guard let seconds else { continue }
            #expect(!isLate(wait + seconds))
            #expect(isLate(wait + seconds + 1))
        }
    }

    /// What needs the hub waits while that is closed, or has much to do; what does not need it goes on.
    @Test func phaseWaitsForItsHub() throws {
        let suspended = HubStatus.suspended(.init(reason: .tls, since: Self.start, probeAt: Self.start, probes: 0))
        let paused = { HubStatus.paused(.init(since: Self.start, until: Self.at($0), length: .seconds(5))) }
        let done = RotationState.Phase.finished(confirmed: true)
        let rows: [(HubStatus, RotationState.Phase, Int?, Bool)] = [
            (suspended, .tested, nil, false), (.halfOpen(.init(probes: 1)), .tested, nil, false),
            (paused(99_950), .tested, nil, false), (paused(10), .tested, nil, true),
            (.available, .tested, 99_945, false), (.available, .tested, 99_900, true),
            (suspended, done, nil, true), (paused(99_950), done, nil, true),
        ]
        for (hub, phase, lastEnded, isLate) in rows {
            let obstacles = Obstacles(hubs: ["h": hub], holds: [:], groups: [:], open: [:])
            var rotation = Rotation(opening: try Self.schedule(), id: Self.id, trigger: .schedule, now: Self.start)
            rotation.state = RotationState(phase: phase, tally: .init(), wakeAt: nil)
            let wait = obstacles.overlongPhase(
                rotation,
                changedAt: Self.start,
                timeouts: (request: .seconds(30), confirm: .seconds(30)),
                lastEnded: lastEnded.map(Self.at),
                now: Self.at(100_000)
            )
            #expect((wait != nil) == isLate, "\(hub)")
        }
    }

    /// One definition of overdue: older than `max_age`.
    @Test func overdueIsWhatIsTooOld() throws {
        var schedule = try Self.schedule(group: false)
        #expect(schedule.overdueSince(now: Self.at(100_000)) == nil)
        schedule.definition.maxAge = .seconds(86_400 + 300)
        #expect(schedule.overdueSince(now: Self.at(299)) == nil)
        #expect(schedule.overdueSince(now: Self.at(300)) == Self.at(300))
        schedule.lastSuccess = Self.start
        #expect(schedule.overdueSince(now: Self.at(300)) == nil)
    }
}

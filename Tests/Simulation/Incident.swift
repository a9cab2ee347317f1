import RotationCore
import RotationEngine
import RotationStore
import Scheduling
import ValueGenerators

/// What people, hubs and machines do while the daemon works.
enum Incident {
    /// One of them, by chance.
    static func happen(in simulation: Simulation, _ daemon: SimulatedDaemon) throws {
        switch simulation.dice.roll(24) {
        case 0, 1, 2: request(in: simulation, daemon)
        case 3: pause(in: simulation, daemon)
        case 4: edit(in: simulation, daemon)
        case 5, 6: changeWeather(in: simulation)
        case 7: setClock(in: simulation)
        case 8: simulation.time.synchronise()
        case 9: simulation.perform { try await daemon.engine.requestAll(overdueOnly: true) }
        // Many at once: what shares a commit.
        case 21, 22, 23: simulation.perform { try await daemon.engine.requestAll(overdueOnly: false) }
        case 10, 11: writeFile(in: simulation)
        case 12, 13, 14: editDescription(in: simulation, daemon)
        case 15: simulation.hubs["h0"]?.failOver()
        case 16, 17: requestAfterAmbiguousEnd(in: simulation, daemon)
        case 18: resumeHub(in: simulation, daemon)
        default: try abandonParked(in: simulation, daemon)
        }
    }

    private static func anySecret(in simulation: Simulation) -> SecretName? {
        let hub = "h\(simulation.dice.roll(simulation.hubs.count))"
        return SecretAlias("s\(simulation.dice.roll(4))").map { SecretName(hub: hub, alias: $0) }
    }

    private static func request(in simulation: Simulation, _ daemon: SimulatedDaemon) {
        guard let secret = anySecret(in: simulation) else { return }
        simulation.surroundings.counts.add(.request)
        let now = simulation.time.now
        let request = RotationRequest(
            id: RotationID(milliseconds: now.rawValue, random: simulation.dice),
            secret: secret,
            requestedAt: now,
            trigger: .rotateNow,
            fresh: simulation.dice.once(in: 3)
        )
        simulation.perform { try await daemon.store.withLedger { _ = try $0.request([request], actor: .daemon) } }
    }

    /// A person wants another value of a secret while a request of unknown effect may still be on its way.
    private static func requestAfterAmbiguousEnd(in simulation: Simulation, _ daemon: SimulatedDaemon) {
        let (now, dice) = (simulation.time.now, simulation.dice)
        simulation.perform {
            try await daemon.store.withLedger { ledger in
                let open = try ledger.history.rotations(openOnly: true).filter { $0.rotation.state.tally.isAmbiguous }
                guard let secret = open.first?.rotation.secret else { return }
                let request = RotationRequest(
                    id: RotationID(milliseconds: now.rawValue, random: dice),
                    secret: secret,
                    requestedAt: now,
                    trigger: .rotateNow,
                    fresh: true
                )
                _ = try ledger.request([request], actor: .daemon)
            }
        }
    }

    /// A person lifts a hub's pause or suspension, whether the hub is well again or not.
    private static func resumeHub(in simulation: Simulation, _ daemon: SimulatedDaemon) {
        let (hub, now, judge) = (
            "h\(simulation.dice.roll(simulation.hubs.count))", simulation.time.now, simulation.judge
        )
        let counts = simulation.surroundings.counts
        simulation.perform {
            try await daemon.store.withLedger { ledger in
                guard try ledger.resumeHub(hub, reason: "looked", actor: .daemon, now: now) != nil else { return }
                counts.add(.hubResumed)
                judge.hubIs(try ledger.history.hubStatus(hub), hub)
            }
        }
    }

    private static func pause(in simulation: Simulation, _ daemon: SimulatedDaemon) {
        guard let secret = anySecret(in: simulation) else { return }
        simulation.surroundings.counts.add(.pause)
        let now = simulation.time.now
        let pause = Schedule.Pause(since: now, until: now.advanced(by: .seconds(3600 * (1 + simulation.dice.roll(6)))))
        simulation.perform { try await daemon.store.withLedger { _ = try $0.pause([secret], pause, actor: .daemon) } }
    }

    private static func edit(in simulation: Simulation, _ daemon: SimulatedDaemon) {
        guard let secret = anySecret(in: simulation), !["s1", "s3"].contains(secret.alias.text) else { return }
        simulation.surroundings.counts.add(.policyEdited)
        var edit = ScheduleEdit()
        edit.generator = .uuid(simulation.dice.once(in: 2) ? .v4 : .v7)
        let (final, now) = (edit, simulation.time.now)
        simulation.perform {
            try await daemon.store.withLedger { _ = try $0.edit([secret], final, actor: .daemon, now: now) }
        }
    }

    /// Another tool renews its file; or spoils it, and mends it after a while; or puts an earlier content back.
    private static func writeFile(in simulation: Simulation) {
        let (files, dice) = (simulation.files, simulation.dice)
        let name = "h\(dice.roll(simulation.hubs.count))/s3"
        let content = Array("content \(dice.roll(6)) of \(name)".utf8)
        simulation.surroundings.counts.add(.fileWritten)
        guard dice.once(in: 4) else { return files.write(content, name) }
        simulation.surroundings.counts.add(.fileSpoilt)
        files.write(nil, name)
        simulation.time.after(.seconds(1 + dice.roll(600))) { files.write(content, name) }
    }

    /// Another client edits a secret's description, once the daemon knows whom the hub names for its own token: before that
    /// nobody could tell the one from the other.
    private static func editDescription(in simulation: Simulation, _ daemon: SimulatedDaemon) {
        guard let secret = anySecret(in: simulation), let hub = simulation.hubs[secret.hub] else { return }
        simulation.perform {
            guard try await daemon.store.tokenOwner(secret.hub).known == SimulatedHub.us else { return }
            hub.admitOthers()
            hub.editDescription(of: secret.alias.text)
        }
    }

    private static func changeWeather(in simulation: Simulation) {
        let hub = simulation.hubs["h\(simulation.dice.roll(simulation.hubs.count))"]
        let kinds = SimulatedHub.Weather.allCases
        hub?.set(kinds[simulation.dice.roll(kinds.count)])
        // It clears up by itself.
        simulation.time.after(.seconds(60 + simulation.dice.roll(7200))) { hub?.set(.fair) }
    }

    private static func setClock(in simulation: Simulation) {
        guard simulation.dice.once(in: 3) else { return }
        let isForwards = simulation.dice.once(in: 2)
        let hours = simulation.dice.once(in: 10) ? 24 * 400 : 1 + simulation.dice.roll(5)
        let step = Duration.seconds(hours * 3600) * (isForwards ? 1 : -1)
        simulation.surroundings.counts.add(isForwards ? .clockForwards : .clockBackwards)
        simulation.time.step(by: step, isSynchronised: simulation.dice.once(in: 2))
        // Slots of the hours that come again may come again.
        simulation.judge.forgetSlots()
        // A time server puts it right after a while.
        simulation.time.after(.seconds(1800 + simulation.dice.roll(7200))) {
            [time = simulation.time, judge = simulation.judge] in
            time.step(by: step * -1, isSynchronised: true)
            judge.forgetSlots()
        }
    }

    /// A person looks at each rotation that waits for one, and ends it.
    static func abandonParked(in simulation: Simulation, _ daemon: SimulatedDaemon) throws {
        let (now, judge, hubs) = (simulation.time.now, simulation.judge, simulation.hubs)
        simulation.perform {
            try await daemon.store.withLedger { ledger in
                for stored in try ledger.history.rotations(openOnly: true) {
                    let rotation = stored.rotation
                    guard rotation.state.isAPersons, !isDecided(rotation.state) else { continue }
                    let held = hubs[rotation.secret.hub]?.value(of: rotation.secret.alias.text)
                    let isKept = held == judge.candidate(of: rotation.id) || rotation.state.isFinishLeft
                    let steps = SimulatedGenerator.steps(of: rotation.generator)
                    let decision: Decision? = steps.isEmpty ? nil : isKept ? .keep : .withdraw
                    do {
                        let outcome = try ledger.abandon(
                            Abandonment(rotation.id, decision, reason: "looked", actor: .daemon),
                            now: now,
                            plan: SimulatedDaemon.plan
                        ).outcome
                        if outcome == .ended && rotation.state.ending == nil {
                            judge.ended(rotation, .abandoned(decision), hubHolds: held)
                        }
                    } catch Ledger.Refusal.held {
                        // What the hub holds may change yet: the next look is soon enough.
                    }
                }
            }
        }
        daemon.engine.wake()
    }

    private static func isDecided(_ state: RotationState) -> Bool {
        if case .abandoning = state.phase { true } else { false }
    }
}

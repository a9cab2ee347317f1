import RotationCore
import SecretMemory
import Synchronization
import TestSupport
import ValueGenerators

/// The systems that secrets open: which values log in, by secret.
final class SimulatedSystems: Sendable {
    private let valid = Mutex<[String: Set<[UInt8]>]>([:])

    /// How many steps each process does.
    private let steps = Mutex<[ObjectIdentifier: Int]>([:])

    init() {}

    /// Whether another process does a step.
    func isBusy(besides process: Process) -> Bool {
        steps.withLock { $0.contains { $0.key != ObjectIdentifier(process) && $0.value > 0 } }
    }

    func begin(_ process: Process) { steps.withLock { $0[ObjectIdentifier(process), default: 0] += 1 } }

    func end(_ process: Process) { steps.withLock { $0[ObjectIdentifier(process), default: 1] -= 1 } }

    /// A credential of this name is changed for real from now on; the empty value is in force.
    func add(_ name: String) { change { $0[name] = [[]] } }

    /// What is wrong where a hub holds a value: it does not log in.
    func complaint(holding value: [UInt8], _ name: String) -> String? {
        let isBroken = valid.withLock { $0[name].map { !$0.contains(value) } ?? false }
        return isBroken ? "\(name): the value that the hub holds does not log in" : nil
    }

    func change<T>(_ body: (inout [String: Set<[UInt8]>]) -> T) -> T { valid.withLock { body(&$0) } }

    /// Whether a value logs in.
    func isValid(_ value: [UInt8], _ name: String) -> Bool {
        valid.withLock { $0[name]?.contains(value) ?? false }
    }
}

/// A generator that changes the real credential: all five steps, each of which may fail.
struct SimulatedGenerator: ValueGenerator {
    let steps: Set<GeneratorStep>
    let base: any ValueGenerator
    let systems: SimulatedSystems
    let hubs: [String: SimulatedHub]
    let process: Process
    let world: SimulatedHub.Surroundings

    /// Tokens stand for credentials that the generator changes; UUIDs are made only.
    static func steps(of specification: GeneratorSpecification) -> Set<GeneratorStep> {
        if specification.policy is TokenPolicy { Set(GeneratorStep.allCases) } else { [] }
    }

    init(
        steps: Set<GeneratorStep>,
        base: any ValueGenerator,
        systems: SimulatedSystems,
        hubs: [String: SimulatedHub],
        process: Process,
        world: SimulatedHub.Surroundings
    ) {
        (self.steps, self.base, self.systems) = (steps, base, systems)
        (self.hubs, self.process, self.world) = (hubs, process, world)
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        try await meetFaults(mayBePermanent: true)
        return try await base.generate(context)
    }

    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {
        // A step that an earlier daemon's process may still do is waited for.
        guard !systems.isBusy(besides: process) else { throw .tryAgain }
        systems.begin(process)
        defer { systems.end(process) }
        // Whether it fails before or after its effect: it is repeated, and must bear that.
        let failsLate = world.dice.once(in: 2)
        if !failsLate { try await meetFaults(mayBePermanent: step != .withdraw) }
        let value = made.value.withUTF8 { Array($0) }
        let name = "\(context.hub)/\(context.alias)"
        guard let hub = hubs[context.hub] else { throw .permanent(reason: "no such hub") }
        if process.isDead { throw .tryAgain }
        switch step {
        case .install: systems.change { _ = $0[name, default: []].insert(value) }
        case .test:
            if !systems.isValid(value, name) { world.judge.accuse("\(name): tested before it was installed") }
        case .finish:
            if hub.value(of: context.alias) != value { world.judge.accuse("\(name): the old one retired too early") }
            systems.change { $0[name] = [value] }
        case .withdraw:
            if hub.mayHold(value, context.alias) { world.judge.accuse("\(name): withdrew what the hub may hold") }
            systems.change { _ = $0[name]?.remove(value) }
        }
        let complaint = hub.value(of: context.alias).flatMap { systems.complaint(holding: $0, name) }
        if let complaint { world.judge.accuse(complaint) }
        if failsLate { try await meetFaults(mayBePermanent: step != .withdraw) }
    }

    private func meetFaults(mayBePermanent: Bool) async throws(GeneratorError) {
        await world.time.sleep(world.dice.duration(1...1000))
        if process.isDead { throw .tryAgain }
        guard world.dice.once(in: world.odds()) else { return }
        if mayBePermanent && world.dice.once(in: 3) {
            world.counts.add(.generatorPermanent)
            throw .permanent(reason: "by chance")
        }
        world.counts.add(.generatorAgain)
        throw .tryAgain
    }
}

package import RotationCore
package import RotationStore
package import Scheduling

/// Something that a command asks for: sent to the daemon where one runs, else done in the command's own process, by the
/// same code.
package protocol ControlOperation: Codable, Sendable {
    /// What it answers.
    associatedtype Answer: Codable & Sendable
    /// Its place in the API: `POST /v1/PATH`.
    static var path: String { get }
    /// What its caller needs.
    static var right: Right { get }
    /// The most bytes of its request.
    static var sizeLimit: Int { get }

    /// Whether the engine must look for work after it.
    static var makesWork: Bool { get }

    /// With which status a command ends whose generators are refused.
    static var refusal: ControlFailure.Status { get }

    /// How long its generators may take to be asked.
    var patience: Duration { get }

    /// The generators that schedules would get by it, which are asked first: another edit between is harmless.
    func generators(in history: History) throws -> [GeneratorCheck.Candidate]

    /// Does it, in one transaction with its audit entries.
    func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer
}

extension ControlOperation {
    package static var makesWork: Bool { true }
    package static var sizeLimit: Int { RequestSize.small }
}

/// For whom and when an operation is done.
package struct OperationContext: Sendable {
    package var caller: Caller
    package var now: Instant
    package var random: any RandomSource
    /// The policy of a rotation, by the configuration in force.
    package var plan: @Sendable (Rotation) -> RotationPlan
    /// Why the configuration in force refuses a generator; nil where it does not.
    package var refusal: @Sendable (GeneratorSpecification) -> String?
    /// How the daemon's own parts are; nothing where none runs.
    package var health: @Sendable () -> DaemonHealth

    package init(
        caller: Caller,
        now: Instant,
        random: any RandomSource,
        plan: @escaping @Sendable (Rotation) -> RotationPlan,
        refusal: @escaping @Sendable (GeneratorSpecification) -> String?,
        health: @escaping @Sendable () -> DaemonHealth = { DaemonHealth() }
    ) {
        self.health = health
        self.caller = caller
        self.now = now
        self.random = random
        self.plan = plan
        self.refusal = refusal
    }
}

/// An answer that says nothing but that it was done.
package struct Done: Codable, Hashable, Sendable {
    package init() {}
}

/// A schedule in an answer.
package struct ScheduleBrief: Codable, Hashable, Sendable {
    package var secret: SecretName
    /// When its next step is due; nil for never.
    package var nextDue: Instant?

    package init(_ schedule: Schedule) {
        secret = schedule.secret
        nextDue = schedule.nextDue
    }
}

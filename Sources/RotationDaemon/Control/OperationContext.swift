package import ControlAPI
package import RotationCore
package import Scheduling

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

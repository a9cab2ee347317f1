package import ControlAPI
package import RotationCore
package import Scheduling
package import TransparencyLog

/// The caller, time and configuration of an operation.
package struct OperationContext: Sendable {
    package var caller: Caller
    package var now: Instant
    package var random: any RandomSource
    /// The policy of a rotation under the configuration in force.
    package var plan: @Sendable (Rotation) -> RotationPlan
    /// Why the configuration in force refuses a generator; nil if it does not.
    package var refusal: @Sendable (GeneratorSpecification) -> String?
    /// The health of the daemon; empty if none runs.
    package var health: @Sendable () -> DaemonHealth

    /// Reads the key that signs checkpoints.
    package var auditKey: @Sendable () throws -> SignedNoteKey

    package init(
        caller: Caller,
        now: Instant,
        random: any RandomSource,
        plan: @escaping @Sendable (Rotation) -> RotationPlan,
        refusal: @escaping @Sendable (GeneratorSpecification) -> String?,
        health: @escaping @Sendable () -> DaemonHealth = { DaemonHealth() },
        auditKey: @escaping @Sendable () throws -> SignedNoteKey
    ) {
        self.auditKey = auditKey
        self.health = health
        self.caller = caller
        self.now = now
        self.random = random
        self.plan = plan
        self.refusal = refusal
    }
}

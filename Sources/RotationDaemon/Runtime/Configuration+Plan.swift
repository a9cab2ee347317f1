package import RotationConfiguration
package import RotationCore

extension Configuration {
    /// The hold for secrets of a hub that is no longer configured.
    private static let lateHoldOfUnknownHub = Duration.seconds(3600)

    /// The policy of a rotation, for decisions outside the engine.
    package func plan(of rotation: Rotation) -> RotationPlan {
        let hub = hubs[rotation.secret.hub]
        return RotationPlan(
            retry: retry,
            confirm: rotation.mustConfirm || hub?.confirm ?? true,
            steps: rotation.generator.steps,
            finishAfter: rotation.finishAfter,
            confirmTimeout: hub?.confirmTimeout ?? .seconds(30),
            lateHold: hub?.lateHold ?? Self.lateHoldOfUnknownHub
        )
    }
}

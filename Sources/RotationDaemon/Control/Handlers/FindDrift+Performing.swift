package import ControlAPI
import RotationCore
package import SecretMemory

extension FindDrift: GatewayOperation {
    package func perform(
        _ value: SecretValue?,
        at gateway: HubGateway,
        for caller: Caller
    ) async throws -> DriftReport {
        do {
            return try await gateway.findDrift(hub, by: caller.actor)
        } catch let error as HubError {
            // Whatever the reason: the hub could not be asked.
            throw ControlFailure(status: .unavailable, message: "hub \(hub): \(error)")
        }
    }
}

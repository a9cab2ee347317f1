package import ControlAPI
package import SecretMemory

/// An operation that calls a hub by hand: in the daemon where one runs, otherwise in the command's process.
package protocol GatewayOperation: HubOperation {
    /// Performs the operation.
    ///
    /// - Parameters:
    ///   - value: The value, sent beside the operation: JSON would copy it.
    ///   - gateway: Calls the hub, and records the call in the history.
    ///   - caller: The user who asks.
    func perform(_ value: SecretValue?, at gateway: HubGateway, for caller: Caller) async throws -> Answer
}

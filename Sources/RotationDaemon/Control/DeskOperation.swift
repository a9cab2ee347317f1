package import ControlAPI
package import SecretMemory

/// How a hub is asked for something by hand: by the daemon where one runs, else in the command's own process.
package protocol DeskOperation: HubOperation {
    /// Does it.
    ///
    /// - Parameters:
    ///   - value: What came beside the operation: a value is never a part of it, as JSON would copy it.
    ///   - desk: Asks the hub, and keeps the history.
    ///   - caller: Who asks.
    func perform(_ value: SecretValue?, at desk: HubDesk, for caller: Caller) async throws -> Answer
}

/// Why a message could not be delivered.
package enum DeliveryFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The host has no address.
    case unresolved
    /// The host has an address that no connection is made to.
    case refused(IPAddress, IPAddress.Refusal)
    /// The host of a plain `http` URL has an address of another machine.
    case notLoopback(IPAddress)
    case timedOut
    /// No connection, or it was lost, or its certificate is not valid.
    case unreachable(String)
    /// An HTTP status other than 2xx; a redirect is not followed.
    case status(Int)
    /// The token can't be read.
    case token(String)
    /// The command can't be run.
    case notStarted(String)
    /// The command has exited with another status than 0, or a signal has ended it.
    case exited(Int32)

    package var description: String {
        switch self {
        case .unresolved: "its host has no address"
        case .refused(let address, let reason): "its host has the \(reason.rawValue) address \(address)"
        case .notLoopback(let address): "plain http, and its host has the address \(address) of another machine"
        case .timedOut: "no answer in time"
        case .unreachable(let reason): reason
        case .status(let status) where (300..<400).contains(status): "HTTP \(status): a redirect is not followed"
        case .status(let status): "HTTP \(status)"
        case .token(let reason): "its token can't be read: \(reason)"
        case .notStarted(let reason): "it can't be run: \(reason)"
        case .exited(let status): status < 0 ? "signal \(-status) has ended it" : "it has exited with status \(status)"
        }
    }
}

/// Delivers messages to one receiver.
package protocol Transport: Sendable {
    /// Delivers a message; returns once the receiver has it.
    func deliver(_ body: [UInt8]) async throws(DeliveryFailure)
}

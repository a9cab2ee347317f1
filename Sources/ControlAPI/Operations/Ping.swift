/// Asks whether the daemon answers, and how it is.
///
/// The server answers it without the history, whose queue may be blocked. Details are for those who may look.
package struct Ping: ControlOperation {
    /// How the daemon is.
    package typealias Answer = DaemonHealth
    package static let path = "ping"
    package static let right = Right.ask

    package init() {}
}

/// Asks the daemon for its health.
///
/// The server answers without the history, whose queue may be blocked. Only callers with the right to look see details.
package struct Ping: ControlOperation {
    /// The daemon's health.
    package typealias Answer = DaemonHealth
    package static let path = "ping"
    package static let right = Right.ask

    package init() {}
}

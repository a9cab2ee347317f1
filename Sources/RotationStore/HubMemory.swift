import RotationCore
import Scheduling
import Synchronization

/// What was read of hubs' rows, until one of them is written.
///
/// It is asked before each request; the rows change when a hub is paused or suspended.
final class HubMemory: Sendable {
    /// A hub's row.
    struct Row: Sendable {
        var status: HubStatus
        /// Since when the hub is known to refuse lists; nil where it is not.
        var listsRefusedAt: Instant?
    }

    private let rows = Mutex<[String: Row]>([:])

    /// What is remembered of a hub; nil for nothing.
    func row(of hub: String) -> Row? { rows.withLock { $0[hub] } }

    /// - Parameter row: Read on the queue on which rows are written, so that no older one comes after a newer one.
    func remember(_ row: Row, of hub: String) { rows.withLock { $0[hub] = row } }

    /// Has all rows read again.
    func forget() { rows.withLock { $0 = [:] } }
}

/// The rights of callers.
package enum Right: String, Hashable, Sendable {
    /// Ask whether the daemon runs and rotates: all users except those of plug-ins.
    case ask
    /// See the health of the daemon in detail, and have hubs compared with the history.
    case look
    /// Request rotations, pause and resume schedules, resume hubs, list a hub's secrets.
    case operate
    /// Change schedules and secrets.
    case edit
}

/// What a caller may do.
package enum Right: String, Hashable, Sendable {
    /// Ask whether the daemon runs, and whether anything keeps it from rotating: everybody but plug-ins.
    case ask
    /// See how the daemon's parts are.
    case look
    /// Request rotations, pause and resume schedules, resume hubs, see what a hub lists.
    case operate
    /// Change schedules and secrets.
    case edit
}

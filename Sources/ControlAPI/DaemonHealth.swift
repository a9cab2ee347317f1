package import RotationCore
package import Scheduling

/// How the daemon is, as it answers a ``Ping``.
///
/// Each key may be missing: the daemon may be older than the command, or the caller not allowed to ask.
package struct DaemonHealth: Codable, Hashable, Sendable {
    package var pid: Int32?
    package var role: DaemonRole?
    package var log: LogHealth?
    package var engine: EngineHealth?
    /// Since when slots wait, as the clock was set and no time service vouches for it; nil where they do not.
    package var clockHeldSince: Instant?

    /// Why nothing is rotated, as the history can't be written or relied upon; nil where it can.
    package var storage: StorageHealth?

    package init(
        pid: Int32? = nil,
        role: DaemonRole? = nil,
        log: LogHealth? = nil,
        engine: EngineHealth? = nil,
        clockHeldSince: Instant? = nil,
        storage: StorageHealth? = nil
    ) {
        (self.pid, self.role) = (pid, role)
        self.storage = storage
        self.clockHeldSince = clockHeldSince
        self.log = log
        self.engine = engine
    }

    private enum CodingKeys: String, CodingKey {
        case pid, role, log, engine, storage
        case clockHeldSince = "clock_held_since"
    }
}

/// How far a daemon is that answers.
package enum DaemonRole: String, Codable, Sendable {
    /// It is not ready yet.
    case starting
    /// It rotates.
    case ready
    /// It ends what is in flight.
    case stopping
}

/// Whether log lines reach standard error.
package struct LogHealth: Codable, Hashable, Sendable {
    /// Lines that were dropped since the daemon's start.
    package var linesDropped: Int
    /// When one was dropped last.
    package var droppedAt: Instant?
    /// Since when a single write to standard error has been blocked; nil where none is.
    package var blockedSince: Instant?

    package init(linesDropped: Int = 0, droppedAt: Instant? = nil, blockedSince: Instant? = nil) {
        self.linesDropped = linesDropped
        self.droppedAt = droppedAt
        self.blockedSince = blockedSince
    }

    private enum CodingKeys: String, CodingKey {
        case linesDropped = "log_lines_dropped"
        case droppedAt = "log_dropped_at"
        case blockedSince = "log_blocked_since"
    }
}

/// Whether the engine looks for due work.
package struct EngineHealth: Codable, Hashable, Sendable {
    /// Milliseconds since the last pass ended; nil before the first one.
    package var idleMilliseconds: Int64?
    /// Since when it has not moved, though it should have; nil where it moves.
    package var stuckSince: Instant?

    package init(idleMilliseconds: Int64? = nil, stuckSince: Instant? = nil) {
        self.idleMilliseconds = idleMilliseconds
        self.stuckSince = stuckSince
    }

    private enum CodingKeys: String, CodingKey {
        case idleMilliseconds = "engine_idle_ms"
        case stuckSince = "engine_stuck_since"
    }
}

/// Why nothing is rotated: the history can't be written, or must not be relied upon.
package struct StorageHealth: Codable, Hashable, Sendable {
    package var problem: StorageTrouble.Kind
    package var text: String
    package var since: Instant

    package init(problem: StorageTrouble.Kind, text: String, since: Instant) {
        (self.problem, self.text, self.since) = (problem, text, since)
    }

    private enum CodingKeys: String, CodingKey {
        case problem = "storage_problem"
        case text = "storage_text"
        case since = "storage_since"
    }
}

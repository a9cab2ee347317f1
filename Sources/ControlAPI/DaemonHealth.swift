package import RotationCore
package import Scheduling

/// The health of the daemon: its answer to a ``Ping``.
///
/// Each key may be missing: the daemon may be older than the command, or the caller may have no right to see it.
package struct DaemonHealth: Codable, Hashable, Sendable {
    package var pid: Int32?
    package var role: DaemonRole?
    package var log: LogHealth?
    package var engine: EngineHealth?
    /// Since when slots wait, because the clock was set and no time service confirms it; nil if they do not wait.
    package var clockHeldSince: Instant?

    /// Why nothing is rotated: the problem of the history; nil if there is none.
    package var storage: StorageHealth?
    /// Why the auditors' copy of the history is not up to date; nil if it is.
    package var copy: CopyHealth?
    /// Why the receiver of the stream of entries does not get them; nil if it does, or if there is none.
    package var stream: StreamHealth?
    /// Why the head of the audit log is not signed, or not in `audit.checkpoint_file`; nil if it is, or if no key is configured.
    package var checkpoint: CheckpointHealth?

    package init(
        pid: Int32? = nil,
        role: DaemonRole? = nil,
        log: LogHealth? = nil,
        engine: EngineHealth? = nil,
        clockHeldSince: Instant? = nil,
        storage: StorageHealth? = nil,
        copy: CopyHealth? = nil,
        stream: StreamHealth? = nil,
        checkpoint: CheckpointHealth? = nil
    ) {
        (self.pid, self.role) = (pid, role)
        (self.storage, self.copy, self.stream, self.checkpoint) = (storage, copy, stream, checkpoint)
        self.clockHeldSince = clockHeldSince
        self.log = log
        self.engine = engine
    }

    private enum CodingKeys: String, CodingKey {
        case pid, role, log, engine, storage, copy, stream, checkpoint
        case clockHeldSince = "clock_held_since"
    }
}

/// The role of a daemon that answers.
package enum DaemonRole: String, Codable, Sendable {
    /// It is not ready yet.
    case starting
    /// It rotates.
    case ready
    /// It waits for its work in flight.
    case stopping
}

/// The health of the log: whether lines reach standard error.
package struct LogHealth: Codable, Hashable, Sendable {
    /// Lines that were dropped since the daemon's start.
    package var linesDropped: Int
    /// When the last line was dropped.
    package var droppedAt: Instant?
    /// Since when a write to standard error has been blocked; nil if none is.
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

/// The health of the engine: whether it makes its passes for due work.
package struct EngineHealth: Codable, Hashable, Sendable {
    /// Milliseconds since the last pass ended; nil before the first one.
    package var idleMilliseconds: Int64?
    /// Since when it has made no progress although it should have; nil if it makes progress.
    package var stuckSince: Instant?

    /// The lateness of the newest slots; nil if there was none.
    package var lateness: SlotLateness?

    package init(idleMilliseconds: Int64? = nil, stuckSince: Instant? = nil, lateness: SlotLateness? = nil) {
        self.idleMilliseconds = idleMilliseconds
        self.stuckSince = stuckSince
        self.lateness = lateness
    }

    private enum CodingKeys: String, CodingKey {
        case idleMilliseconds = "engine_idle_ms"
        case stuckSince = "engine_stuck_since"
        case lateness = "slot_lateness"
    }
}

/// The lateness of the newest slots: from a slot's due instant to the start of the first pass after it, in
/// milliseconds.
package struct SlotLateness: Codable, Hashable, Sendable {
    /// The number of slots.
    package var slots: Int
    package var median: Int64
    /// The 99th percentile.
    package var p99: Int64
    package var longest: Int64

    package init(slots: Int, median: Int64, p99: Int64, longest: Int64) {
        (self.slots, self.median, self.p99, self.longest) = (slots, median, p99, longest)
    }

    private enum CodingKeys: String, CodingKey {
        case slots
        case median = "median_ms"
        case p99 = "p99_ms"
        case longest = "max_ms"
    }
}

/// The problem of the history for which nothing is rotated: it can't be written, or must not be used.
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

/// Why the auditors' copy of the history is not up to date; rotations continue.
package struct CopyHealth: Codable, Hashable, Sendable {
    package var text: String
    package var since: Instant

    package init(text: String, since: Instant) {
        (self.text, self.since) = (text, since)
    }

    private enum CodingKeys: String, CodingKey {
        case text = "copy_text"
        case since = "copy_since"
    }
}

/// Why the receiver of the stream of entries does not get them; they are sent once it reads again.
package struct StreamHealth: Codable, Hashable, Sendable {
    package var text: String
    package var since: Instant

    package init(text: String, since: Instant) {
        (self.text, self.since) = (text, since)
    }

    private enum CodingKeys: String, CodingKey {
        case text = "stream_text"
        case since = "stream_since"
    }
}

/// Why the head of the audit log is not signed; rotations continue.
package struct CheckpointHealth: Codable, Hashable, Sendable {
    package var text: String
    package var since: Instant

    package init(text: String, since: Instant) {
        (self.text, self.since) = (text, since)
    }

    private enum CodingKeys: String, CodingKey {
        case text = "checkpoint_text"
        case since = "checkpoint_since"
    }
}

extension Audit {
    /// The daemon has started.
    package struct DaemonStarted: AuditEvent {
        package static let name = AuditEventName.daemonStarted
        package static let scope = AuditScope.daemon

        /// The daemon's process ID.
        package var pid: Int32
        /// The version of Landlock that confines plug-ins; 0 if the kernel has none.
        package var landlock: Int32

        package init(pid: Int32, landlock: Int32) { (self.pid, self.landlock) = (pid, landlock) }
    }

    /// The daemon has stopped gracefully.
    package struct DaemonStopped: AuditEvent {
        package static let name = AuditEventName.daemonStopped
        package static let scope = AuditScope.daemon

        package init() {}
    }

    /// A configuration is in force: at the start, or after a reload.
    package struct ConfigurationLoaded: AuditEvent {
        package static let name = AuditEventName.configurationLoaded
        package static let scope = AuditScope.daemon

        /// The hash of the configuration.
        package var hash: String
        /// The users and groups who are operators, as id(1) writes them (`uid=1000(alice)`, `gid=998(ops)`); 250 at most.
        ///
        /// Root and the daemon's user have all rights. Absent in entries of older versions.
        package var operators: [String]?
        /// Those who are editors.
        package var editors: [String]?
        /// Those who are auditors.
        package var auditors: [String]?
        /// How many more there are in all roles.
        package var membersOmitted: Int?

        /// The largest number of a role's members in an entry: a line has 65,535 bytes at most.
        private static let mostMembers = 250

        /// The members of each role are texts as id(1) writes them.
        package init(hash: String, operators: [String], editors: [String], auditors: [String]) {
            self.hash = hash
            self.operators = Array(operators.prefix(Self.mostMembers))
            self.editors = Array(editors.prefix(Self.mostMembers))
            self.auditors = Array(auditors.prefix(Self.mostMembers))
            let omitted = [operators, editors, auditors].reduce(0) { $0 + max(0, $1.count - Self.mostMembers) }
            membersOmitted = omitted > 0 ? omitted : nil
        }
    }

    /// A configuration was not loaded: the old one stays in force.
    package struct ConfigurationRejected: AuditEvent {
        package static let name = AuditEventName.configurationRejected
        package static let scope = AuditScope.daemon

        /// The reason.
        package enum Error: String, AuditWord {
            /// The configuration itself.
            case invalid
            /// The history could not be written.
            case storage
        }

        /// The reason; the daemon's log says more.
        package var error: Error

        package init(_ error: Error) { self.error = error }
    }

    /// The real-time clock was set.
    package struct ClockSkewed: AuditEvent {
        package static let name = AuditEventName.clockSkewed
        package static let scope = AuditScope.daemon

        /// How far the clock was set, in milliseconds; negative for backwards.
        package var stepMs: Int64
        /// How many schedules were corrected, because a fast clock had moved them too far ahead.
        package var schedulesMoved: Int?

        package init(stepMs: Int64, schedulesMoved: Int?) {
            (self.stepMs, self.schedulesMoved) = (stepMs, schedulesMoved)
        }
    }

    /// A user was refused an operation of the control socket; at most one entry for each user, operation and minute.
    package struct AccessRefused: AuditEvent {
        package static let name = AuditEventName.accessRefused
        package static let scope = AuditScope.daemon

        /// A right of a caller.
        package enum Right: String, AuditWord {
            case ask, look, operate, edit
        }

        /// How many times it was refused since the last entry about the user and the operation.
        package var count: Int
        /// The operation that was refused: its path on the control socket.
        package var operation: String
        /// The right that the user lacks.
        package var right: Right

        package init(count: Int, operation: String, right: Right) {
            (self.count, self.operation, self.right) = (count, operation, right)
        }
    }
}

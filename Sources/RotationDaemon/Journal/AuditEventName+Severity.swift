package import Logging
package import RotationCore

/// How urgent an event is for the reader of a journal or of a stream of entries.
extension AuditEventName {
    /// The level of the event's lines.
    ///
    /// A step on the usual way is debug, a result info, a change by a person or of the daemon notice, a setback that ends by
    /// itself warning, and what needs a person error or critical.
    package var level: Logger.Level {
        switch self {
        case .rotationStaged, .rotationAttempted, .generatorStep, .rotationClosed, .secretAttempted, .secretListed:
            .debug
        case .rotationRequested, .rotationOpened, .rotationDelivered, .rotationSucceeded, .rotationUnparked,
            .scheduleAdded, .scheduleChanged, .scheduleRemoved, .schedulePaused, .scheduleResumed, .secretCreated,
            .secretUpdated, .secretDeleted, .auditExported, .auditVerified, .auditArchived, .witnessCosigned:
            .info
        case .daemonStarted, .daemonStopped, .configurationLoaded, .restoreAccepted, .rotationDecided,
            .rotationAbandoned, .hubResumed, .auditKeyChanged:
            .notice
        case .accessRefused, .candidateKept, .clockSkewed, .requestDropped, .rotationDeferred, .rotationMissed,
            .secretFailed, .witnessFailed:
            .warning
        case .configurationRejected, .driftFound, .hubSuspended, .rotationFailed, .rotationParked, .storageReplaced:
            .error
        case .fenceLost, .restoreHeld: .critical
        }
    }
}

extension Logger.Level {
    /// The severity of syslog (RFC 5424, section 6.2.1).
    package var severity: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

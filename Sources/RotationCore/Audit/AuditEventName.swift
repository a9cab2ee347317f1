/// The name of the event that an entry records.
package enum AuditEventName: String, Hashable, Sendable, CaseIterable {
    case daemonStarted = "daemon.started"
    case daemonStopped = "daemon.stopped"
    case configurationLoaded = "configuration.loaded"
    case configurationRejected = "configuration.rejected"
    case clockSkewed = "clock.skewed"
    case fenceLost = "fence.lost"
    case storageReplaced = "storage.replaced"
    case restoreHeld = "restore.held"
    case restoreAccepted = "restore.accepted"
    case candidateKept = "candidate.kept"
    case accessRefused = "access.refused"
    case scheduleAdded = "schedule.added"
    case scheduleChanged = "schedule.changed"
    case scheduleRemoved = "schedule.removed"
    case schedulePaused = "schedule.paused"
    case scheduleResumed = "schedule.resumed"
    case rotationRequested = "rotation.requested"
    case requestDropped = "request.dropped"
    case rotationMissed = "rotation.missed"
    case rotationOpened = "rotation.opened"
    case rotationStaged = "rotation.staged"
    case generatorStep = "generator.step"
    case rotationAttempted = "rotation.attempted"
    case rotationDelivered = "rotation.delivered"
    case rotationDeferred = "rotation.deferred"
    case rotationParked = "rotation.parked"
    case rotationUnparked = "rotation.unparked"
    case rotationDecided = "rotation.decided"
    case rotationSucceeded = "rotation.succeeded"
    case rotationFailed = "rotation.failed"
    case rotationAbandoned = "rotation.abandoned"
    case rotationClosed = "rotation.closed"
    case secretAttempted = "secret.attempted"
    case secretCreated = "secret.created"
    case secretUpdated = "secret.updated"
    case secretDeleted = "secret.deleted"
    case secretListed = "secret.listed"
    case secretFailed = "secret.failed"
    case driftFound = "drift.found"
    case hubSuspended = "hub.suspended"
    case hubResumed = "hub.resumed"
    case auditExported = "audit.exported"
    case auditVerified = "audit.verified"
    case auditArchived = "audit.archived"
    case auditKeyChanged = "audit.key_changed"
    case witnessCosigned = "witness.cosigned"
    case witnessFailed = "witness.failed"

    /// The type of the event's fields.
    package var type: any AuditEvent.Type {
        switch self {
        case .daemonStarted: Audit.DaemonStarted.self
        case .daemonStopped: Audit.DaemonStopped.self
        case .configurationLoaded: Audit.ConfigurationLoaded.self
        case .configurationRejected: Audit.ConfigurationRejected.self
        case .clockSkewed: Audit.ClockSkewed.self
        case .fenceLost: Audit.FenceLost.self
        case .storageReplaced: Audit.StorageReplaced.self
        case .restoreHeld: Audit.RestoreHeld.self
        case .restoreAccepted: Audit.RestoreAccepted.self
        case .candidateKept: Audit.CandidateKept.self
        case .accessRefused: Audit.AccessRefused.self
        case .scheduleAdded: Audit.ScheduleAdded.self
        case .scheduleChanged: Audit.ScheduleChanged.self
        case .scheduleRemoved: Audit.ScheduleRemoved.self
        case .schedulePaused: Audit.SchedulePaused.self
        case .scheduleResumed: Audit.ScheduleResumed.self
        case .rotationRequested: Audit.RotationRequested.self
        case .requestDropped: Audit.RequestDropped.self
        case .rotationMissed: Audit.RotationMissed.self
        case .rotationOpened: Audit.RotationOpened.self
        case .rotationStaged: Audit.RotationStaged.self
        case .generatorStep: Audit.GeneratorStepped.self
        case .rotationAttempted: Audit.RotationAttempted.self
        case .rotationDelivered: Audit.RotationDelivered.self
        case .rotationDeferred: Audit.RotationDeferred.self
        case .rotationParked: Audit.RotationParked.self
        case .rotationUnparked: Audit.RotationUnparked.self
        case .rotationDecided: Audit.RotationDecided.self
        case .rotationSucceeded: Audit.RotationSucceeded.self
        case .rotationFailed: Audit.RotationFailed.self
        case .rotationAbandoned: Audit.RotationAbandoned.self
        case .rotationClosed: Audit.RotationClosed.self
        case .secretAttempted: Audit.SecretAttempted.self
        case .secretCreated: Audit.SecretCreated.self
        case .secretUpdated: Audit.SecretUpdated.self
        case .secretDeleted: Audit.SecretDeleted.self
        case .secretListed: Audit.SecretListed.self
        case .secretFailed: Audit.SecretFailed.self
        case .driftFound: Audit.DriftFound.self
        case .hubSuspended: Audit.HubSuspended.self
        case .hubResumed: Audit.HubResumed.self
        case .auditExported: Audit.AuditExported.self
        case .auditVerified: Audit.AuditVerified.self
        case .auditArchived: Audit.AuditArchived.self
        case .auditKeyChanged: Audit.AuditKeyChanged.self
        case .witnessCosigned: Audit.WitnessCosigned.self
        case .witnessFailed: Audit.WitnessFailed.self
        }
    }
}

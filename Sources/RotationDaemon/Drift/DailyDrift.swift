import ControlAPI
import Logging
import RotationConfiguration
import RotationCore
import RotationEngine
import RotationStore
import Scheduling

/// Holds each hub against the history once in 24 hours.
///
/// When a hub is next due is stored, so a restart does not look again. A look is one list among others: it waits for the hub's limits,
/// and only the slices of its records hold the history's queue.
struct DailyDrift: Sendable {
    let gateway: HubGateway
    let hubs: @Sendable () -> [String]
    /// Called after a look, which may have changed a hub's status.
    let looked: @Sendable () -> Void
    let clock: any Clock
    let logger: Logger

    /// How long after a hub was first configured it is looked at: what is due at the start comes first.
    static let firstDelay = Duration.seconds(600)
    /// How long after a look that failed, or could not be had, the next one is.
    static let retryDelay = Duration.seconds(3600)
    /// The longest wait, after which the clock and the configuration are read again.
    private static let longestWait = Duration.seconds(900)

    /// Looks whenever it is due, until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let now = clock.now
            var next = now.advanced(by: Self.longestWait)
            for hub in hubs().sorted() where !Task.isCancelled {
                do { next = min(next, try await lookIfDue(at: hub)) } catch {
                    logger.error("drift can't be recorded", metadata: ["hub": "\(hub)", "error": "\(error)"])
                }
            }
            let wait = min(max(clock.now.duration(to: next), .seconds(1)), Self.longestWait)
            do { try await Task.sleep(for: wait) } catch { return }
        }
    }

    /// Looks at a hub if that is due.
    ///
    /// - Returns: When it is due next.
    func lookIfDue(at hub: String) async throws -> Instant {
        let now = clock.now
        guard var look = try await gateway.queue.withLedger({ try $0.driftLook(at: hub) }) else {
            return try await plan(DriftLook(dueAt: now.advanced(by: Self.firstDelay)), at: hub)
        }
        // An instant that is farther away was written by a clock that was ahead.
        guard look.dueAt <= now || look.dueAt > now.advanced(by: HubGateway.driftInterval) else { return look.dueAt }
        defer { looked() }
        switch await attempt(hub, now: now) {
        case .done(let report):
            log(report, of: hub)
            return now.advanced(by: HubGateway.driftInterval)
        case .putOff(let delay):
            look.dueAt = clock.now.advanced(by: delay)
            return try await plan(look, at: hub)
        }
    }

    /// How a look went.
    private enum Outcome {
        case done(DriftReport)
        case putOff(by: Duration)
    }

    /// Looks, where the hub's circuit is closed.
    private func attempt(_ hub: String, now: Instant) async -> Outcome {
        do {
            let status = try await gateway.queue.withLedger { try $0.history.hubStatus(hub) }
            guard status.isClosed else {
                logger.info("drift: the hub is not asked now", metadata: ["hub": "\(hub)"])
                return .putOff(by: Self.retryDelay)
            }
            return .done(try await gateway.findDrift(hub, by: .daemon))
        } catch let error as HubError where error.isRefusalToList {
            logger.notice("drift: the hub refuses lists", metadata: ["hub": "\(hub)", "error": "\(error)"])
            return .putOff(by: HubGateway.driftInterval)
        } catch {
            if !Task.isCancelled {
                logger.warning("drift: the hub can't be asked", metadata: ["hub": "\(hub)", "error": "\(error)"])
            }
            return .putOff(by: Task.isCancelled ? .zero : Self.retryDelay)
        }
    }

    private func plan(_ look: DriftLook, at hub: String) async throws -> Instant {
        try await gateway.queue.withLedger { try $0.record(look, at: hub) }
        return look.dueAt
    }

    private func log(_ report: DriftReport, of hub: String) {
        for finding in report.findings where finding.isNew && finding.kind != .unmanaged {
            logger.error(
                "drift: \(finding.kind.rawValue)",
                metadata: [
                    "hub": "\(hub)", "alias": "\(finding.secret.alias)",
                    "event": "\(AuditEventName.driftFound.rawValue)",
                ]
            )
        }
        logger.notice(
            "drift: the hub was held against the history",
            metadata: [
                "hub": "\(hub)", "listed": "\(report.listed)", "managed": "\(report.managed)",
                "found": "\(report.findings.count)", "not_judged": "\(report.notJudged)",
            ]
        )
    }
}

extension HubStatus {
    /// Whether requests are sent without restriction.
    fileprivate var isClosed: Bool {
        switch self {
        case .available, .failing: true
        case .halfOpen, .paused, .suspended: false
        }
    }
}

extension DaemonRuntime {
    /// The daily look at each configured hub.
    func dailyDrift() -> DailyDrift {
        DailyDrift(
            gateway: gateway,
            hubs: { [self] in Array(configuration.hubs.keys) },
            looked: { [engine] in engine.wake() },
            clock: SystemClock(),
            logger: logger
        )
    }
}

import Foundation
import Glibc
import Logging
import RotationConfiguration
import RotationCore
import SecretMemory
import ServiceLifecycle
import UnixSignals

/// The daemon as a process: signals, systemd and logging around a ``DaemonRuntime``.
package enum Daemon {
    /// The grace period for requests in flight after TERM; shorter than the unit's `TimeoutStopSec`.
    package static let grace = Duration.seconds(40)
    /// The time-out for writing the last log lines.
    private static let lastLines = Duration.seconds(2)

    /// Runs in the foreground until TERM or INT.
    ///
    /// - Parameter findProblems: Finds the problems of `status`, for metrics and the status page.
    /// - Throws: The errors of ``DaemonRuntime/init(configuration:logger:)``, or ``ConfigurationError``.
    package static func run(configurationPath: String, findProblems: @escaping FindProblems) async throws {
        DaemonSignal.ignoreDefaults()
        let problems = ProcessHardening.apply() + [OpenFiles.raiseLimit()].compactMap { $0 }
        await DispatchTimers.open()
        let configuration = try Configuration.load(configurationPath)
        let (writer, logger, journal) = makeLog(configuration.log)
        defer { writer.flush(within: lastLines) }
        for problem in problems { logger.warning("hardening: \(problem)") }
        if !ProcessHardening.canLockMemory {
            logger.warning("memory can't be locked: raise LimitMEMLOCK, or values may reach swap")
        }
        let runtime = try await DaemonRuntime(configuration: configuration, logger: logger, journal: journal) {
            writer.health
        }
        let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
        do {
            try await serviceGroup(runtime, manager, logger, findProblems).run()
        } catch {
            await runtime.close()
            throw error
        }
        let fenceLost = runtime.fenceLost
        await runtime.close()
        if let fenceLost { throw Ended(text: fenceLost.text) }
        logger.notice("stopped")
    }

    /// The reason why the daemon has ended by itself.
    package struct Ended: Error, CustomStringConvertible {
        let text: String

        package var description: String { text }
    }

    private static func serviceGroup(
        _ runtime: DaemonRuntime,
        _ manager: ServiceManager,
        _ logger: Logger,
        _ findProblems: @escaping FindProblems
    ) -> ServiceGroup {
        let readiness = Readiness(count: DaemonSignal.allCases.count + 1) {
            runtime.lock.announce(.ready)
            manager.notify(.ready, .status("serving"))
            logger.notice("ready", metadata: ["pid": "\(getpid())", "version": "\(programVersion)"])
        }
        var services: [any Service] = [ControlService(runtime: runtime, readiness: readiness)]
        if let service = ObservationService(runtime: runtime, findProblems: findProblems) { services.append(service) }
        services += DaemonSignal.allCases.map {
            SignalService(signal: $0, runtime: runtime, manager: manager, readiness: readiness)
        }
        if let interval = manager.watchdogInterval {
            services.append(
                WatchdogService(runtime: runtime, manager: manager, interval: interval, logger: logger)
            )
        }
        services.append(HeartbeatService(runtime: runtime, logger: logger))
        // The last service is shut down first: nothing new begins while the others still run.
        services.append(EngineService(runtime: runtime, manager: manager))
        services.append(DriftService(runtime: runtime))
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        configuration.maximumGracefulShutdownDuration = grace
        return ServiceGroup(configuration: configuration)
    }

    /// Writes to standard error why the daemon ends; gives up if no process reads it.
    package static func say(_ text: String) {
        let writer = LogWriter(describeGap: { _ in "" }, write: { standardError($0) })
        writer.append(text)
        writer.flush(within: lastLines)
    }

    /// Creates the configured log.
    ///
    /// All lines of the process, including those of libraries, go through one queue.
    ///
    /// - Returns: The journal's logger, too, if lines go there: it is told each entry of the history.
    private static func makeLog(_ log: Configuration.Log) -> (LogWriter, Logger, journal: Logger?) {
        let format: LineLogHandler.Format =
            switch log.format {
            case .auto: LineLogHandler.automaticFormat(environment: ProcessInfo.processInfo.environment)
            case .journal: .record
            case .text: .text
            case .json: .json
            }
        let isJournal = if case .record = format { true } else { false }
        let writer = LogWriter(
            describeGap: { LineLogHandler.line(format, gap: $0) },
            write: LineLogHandler.writer(of: format)
        )
        let handler = LineLogHandler(format: format, level: log.level) { writer.append($0) }
        LoggingSystem.bootstrap { _ in
            var quiet = handler
            quiet.logLevel = max(log.level, .warning)
            return quiet
        }
        let logger = Logger(label: "secret-rotator") { _ in handler }
        return (writer, logger, isJournal ? logger : nil)
    }
}

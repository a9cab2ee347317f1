import Foundation
import Glibc
package import Logging
import SecretMemory
import ServiceLifecycle
import UnixSignals

/// The daemon as a process: signals, systemd and logging around a ``DaemonRuntime``.
package enum Daemon {
    /// How long what is in flight may take to end after TERM; below the unit's `TimeoutStopSec`.
    package static let grace = Duration.seconds(40)

    /// Runs in the foreground until TERM or INT.
    ///
    /// - Throws: What ``DaemonRuntime/init(configuration:logger:)`` throws, or ``ConfigurationError``.
    package static func run(configurationPath: String) async throws {
        DaemonSignal.ignoreDefaults()
        let problems = ProcessHardening.apply()
        let configuration = try Configuration.load(configurationPath)
        let logger = makeLogger(configuration.log)
        for problem in problems { logger.warning("hardening: \(problem)") }
        if !ProcessHardening.canLockMemory {
            logger.warning("memory can't be locked: raise LimitMEMLOCK, or values may reach swap")
        }
        let runtime = try await DaemonRuntime(configuration: configuration, logger: logger)
        let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
        do {
            try await serviceGroup(runtime, manager, logger).run()
        } catch {
            await runtime.close()
            throw error
        }
        await runtime.close()
        logger.notice("stopped")
    }

    private static func serviceGroup(
        _ runtime: DaemonRuntime,
        _ manager: ServiceManager,
        _ logger: Logger
    ) -> ServiceGroup {
        let readiness = Readiness(count: DaemonSignal.allCases.count + 1) {
            runtime.lock.announce(.ready)
            manager.notify(.ready, .status("serving"))
            logger.notice("ready", metadata: ["pid": "\(getpid())", "version": "\(programVersion)"])
        }
        var services: [any Service] = [ControlService(runtime: runtime, readiness: readiness)]
        services += DaemonSignal.allCases.map {
            SignalService(signal: $0, runtime: runtime, manager: manager, readiness: readiness)
        }
        if let interval = manager.watchdogInterval {
            services.append(WatchdogService(runtime: runtime, manager: manager, interval: interval))
        }
        // Last in the list, first to be shut down: nothing new is begun while the others are still there.
        services.append(EngineService(runtime: runtime, manager: manager))
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

    /// The daemon's logger, as the configuration has it.
    package static func makeLogger(_ log: Configuration.Log) -> Logger {
        let format: LineLogHandler.Format =
            switch log.format {
            case .auto: LineLogHandler.automaticFormat(environment: ProcessInfo.processInfo.environment)
            case .journal: .journal
            case .text: .text
            case .json: .json
            }
        return Logger(label: "secret-rotator") { _ in LineLogHandler(format: format, level: log.level) }
    }
}

import ControlAPI
import Logging
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationEngine
import RotationStore
import SandboxHub
import Scheduling
import ValueGenerators

/// The steps of the demonstration.
struct DemoStory: Sendable {
    let folder: DemoFolder
    let hub: SandboxHub
    let port: Int

    func tell() async throws {
        let configuration = try folder.configuration(port: port)
        printText(
            "A hub with four secrets listens on http://127.0.0.1:\(port)/api; a daemon keeps its schedules in SQLite."
        )
        let logger = Logger(label: "demo") { _ in LineLogHandler(format: .text, level: .critical) }
        let runtime = try await DaemonRuntime(configuration: configuration, logger: logger)
        let engine = Task { await runtime.engine.run() }
        let control = Task { try await runtime.controlServer().run { runtime.lock.announce(.ready) } }
        let outcome = await Result.catching {
            try await addSchedules(configuration)
            try await rotate(configuration)
        }
        // The requests in flight end before the databases are closed.
        runtime.stop()
        await engine.value
        control.cancel()
        _ = await control.result
        await runtime.close()
        try outcome.get()
        try showHistory(configuration)
    }

    private static let plans: [(alias: String, every: String, generator: GeneratorSpecification?)] = [
        ("api_token", "3s", (try? TokenPolicy()).map { .token($0) }),
        ("billing_key", "30d", (try? PasswordPolicy()).map { .password($0) }),
        ("db_password", "2s", (try? PasswordPolicy()).map { .password($0) }),
        ("mail_password", "90d", (try? PasswordPolicy()).map { .password($0) }),
    ]

    private func addSchedules(_ configuration: Configuration) async throws {
        for plan in Self.plans {
            hub.create(plan.alias, value: "set by hand")
            guard let generator = plan.generator,
                let period = DurationText.parse(plan.every).flatMap(Cadence.Period.init)
            else { continue }
            let definition = ScheduleDefinition(cadence: .every(period), generator: generator)
            let operation = AddSchedules(secrets: [try configuration.secret(plan.alias)], definition: definition)
            for added in try await Control.perform(operation, configuration).answer {
                printText("  \(added.secret)  every \(plan.every), \(generator.type)")
            }
        }
    }

    private func rotate(_ configuration: Configuration) async throws {
        printText("\n1. On schedule: adding a schedule rotates nothing; the first slots come after one full period.")
        try? flushOutput()
        try await Task.sleep(for: .milliseconds(4500))
        printText("\n2. On demand: a user requests a rotation of mail_password.")
        try await request("mail_password", "an employee has left", configuration)
        printText("\n3. Faults: the hub answers billing_key with a 503, then accepts the value but drops the answer.")
        hub.inject([
            SandboxFault(.status(503), method: "PATCH", alias: "billing_key"),
            SandboxFault(.dropAfter, method: "PATCH", alias: "billing_key"),
        ])
        try await request("billing_key", "see it survive", configuration)
        try checkSameValue()
    }

    private func request(_ alias: String, _ reason: String, _ configuration: Configuration) async throws {
        let operation = RequestRotations(.secrets([try configuration.secret(alias)]), reason: reason)
        let taken = try await Control.perform(operation, configuration).answer
        try? flushOutput()
        try await RequestWatch(taken, isJSON: false).wait(configuration, timeout: .seconds(15))
    }

    /// Checks that all attempts of the rotation with faults sent the same value, without showing it.
    private func checkSameValue() throws {
        let sent = hub.received.filter { $0.method == "PATCH" && $0.alias == "billing_key" }.map(\.value)
        guard sent.count == 3, Set(sent).count == 1, sent.first == hub.value(of: "billing_key") else {
            throw ControlFailure(status: .failed, message: "the attempts did not send the same value: this is a defect")
        }
        printText("   The hub received \(sent.count) PATCHes with one and the same value, and holds it.")
    }

    private func showHistory(_ configuration: Configuration) throws {
        let history = try Database.read(configuration)
        defer { history.close() }
        printText("\nThe rotations (secret-rotator rotation list):\n")
        RotationListCommand.table(try history.rotations()).print(empty: "none")
        printText("\nThe audit log of billing_key (secret-rotator audit list --secret billing_key):\n")
        var query = AuditQuery()
        query.secrets = ["billing_key"]
        try AuditListCommand.table(history, query)
        printText("\nNo value was printed, logged or stored in clear. The temporary folder is removed.")
    }
}

extension Result where Success == Void, Failure == any Error {
    /// Runs a closure and returns its result, so that cleanup can follow in both cases.
    fileprivate static func catching(_ body: () async throws -> Void) async -> Self {
        do {
            try await body()
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}

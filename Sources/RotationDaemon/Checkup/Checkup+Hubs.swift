import AIHubClient
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationStore
import Scheduling
import SecretMemory
import ValueGenerators

extension Checkup {
    /// Checks a hub's files, and sends it a list request.
    ///
    /// - Returns: The finding, and the hub's answer if there is one.
    func checkHub(_ name: String, _ daemon: DaemonAnswer) async -> (Finding, HubAnswer?) {
        guard let hub = configuration.hubs[name] else { return (.problem("hub \(name)", "not configured"), nil) }
        if let resting = restingHub(name) { return (resting, nil) }
        let clients = HubClients()
        let client: SecretsClient
        do {
            _ = try AccessToken(SecretFile.read(hub.token.path(), limit: TokenFile.limit))
            client = try clients.client(for: hub, name: name, source: configuration.path)
        } catch let error where Self.isOutOfReach(error) {
            await clients.shutdown()
            return checkThroughDaemon(name, daemon, error)
        } catch {
            await clients.shutdown()
            let message = (error as? ConfigurationError)?.issues.first?.message ?? "token: \(error)"
            return (.problem("hub \(name)", message), nil)
        }
        if let file = hub.certificateAuthorities, access(file, R_OK) != 0 {
            await clients.shutdown()
            return (.problem("hub \(name)", "ca_file: \(file): \(String(cString: strerror(errno)))"), nil)
        }
        let cap = configuration.retry.retryAfterCap
        let asked = HubGateway.Hub(api: client, timeout: hub.timeout, lateHold: hub.lateHold, retryAfterCap: cap)
        let answer = await HubGateway.probe(name, asked)
        await clients.shutdown()
        return Self.finding(answer, by: "")
    }

    /// The finding for a paused or suspended hub, to which `check` sends nothing.
    private func restingHub(_ name: String) -> Finding? {
        guard let history = try? History.readable(configuration.database, generators: BuiltInGenerators()).history
        else {
            return nil
        }
        defer { history.close() }
        switch try? history.hubStatus(name) {
        case .suspended(let suspension):
            let text = "suspended since \(suspension.since.rfc3339): \(suspension.reason.rawValue); not asked"
            return .problem("hub \(name)", text, advice: Self.advice(suspension, name))
        case .paused(let pause) where pause.until > SystemClock().now:
            let text = "paused until \(pause.until.rfc3339) after HTTP 429; not asked"
            return .warning("hub \(name)", text, advice: "wait, or: secret-rotator hub resume \(name) --reason TEXT")
        case .paused, .available, .failing, .halfOpen, nil: return nil
        }
    }

    private static func advice(_ suspension: HubStatus.Suspension, _ hub: String) -> String {
        switch suspension.reason {
        case .unauthorized, .noToken: "renew its token; secret-rotator status says how"
        default:
            "check its url and the network; it is asked again at \(suspension.probeAt.rfc3339), or at once by: "
                + "secret-rotator hub resume \(hub) --reason TEXT"
        }
    }

    private func checkThroughDaemon(
        _ name: String,
        _ daemon: DaemonAnswer,
        _ error: any Error
    ) -> (Finding, HubAnswer?) {
        guard case .hubs(let answers) = daemon else {
            let advice = "run check as root, or while the daemon runs"
            return (.warning("hub \(name)", "token: \(error)", advice: advice), nil)
        }
        guard let answer = answers.first(where: { $0.hub == name }) else {
            let text = "the daemon has not loaded it yet"
            return (.warning("hub \(name)", text, advice: "systemctl reload secret-rotator"), nil)
        }
        return Self.finding(answer, by: " (asked by the daemon)")
    }

    private static func finding(_ answer: HubAnswer, by whom: String) -> (Finding, HubAnswer?) {
        if let aliases = answer.aliases {
            return (.good("hub \(answer.hub)", "token accepted, \(aliases.count) secrets listed\(whom)"), answer)
        }
        let advice = "see the guide Problems and messages: What a hub answers"
        return (.problem("hub \(answer.hub)", "\(answer.problem ?? "")\(whom)", advice: advice), nil)
    }

    // MARK: Schedules

    /// Compares the schedules with the configuration and with what the hubs list.
    func checkSchedules(_ hubs: [HubAnswer]) -> [Finding] {
        guard FileStatus(configuration.database) != nil,
            let history = try? History.readable(configuration.database, generators: BuiltInGenerators()).history
        else {
            return []
        }
        defer { history.close() }
        var findings: [Finding] = []
        let schedules =
            (try? history.schedules { findings.append(.problem($0.row, "can't be read", advice: "remove it")) }) ?? []
        let listed = Dictionary(hubs.map { ($0.hub, Set($0.aliases ?? [])) }) { first, _ in first }
        // The daemon's unit may be confined differently from this shell.
        let recorded = holder?.isDaemon == true ? try? history.confinesPlugIns() : nil
        let isConfined = recorded ?? Confinement.isPossible
        findings += schedules.flatMap { check($0, listed: listed[$0.secret.hub], isConfined: isConfined) }
        let count = "\(schedules.count) \(schedules.count == 1 ? "schedule" : "schedules")"
        return findings.isEmpty ? [.good("schedules", count)] : findings
    }

    private func check(_ schedule: Schedule, listed: Set<String>?, isConfined: Bool) -> [Finding] {
        let subject = "\(schedule.secret)"
        guard configuration.hubs[schedule.secret.hub] != nil else {
            let advice = "put the hub back, or: schedule remove \(subject)"
            return [.problem(subject, "its hub is not in the configuration, so it is not rotated", advice: advice)]
        }
        var findings: [Finding] = []
        if let listed, !listed.contains(schedule.secret.alias.text) {
            let advice = "secret create \(subject), or: schedule remove \(subject)"
            findings.append(.problem(subject, "the hub does not list it", advice: advice))
        }
        findings += check(schedule.definition.generator, of: schedule.secret, isConfined: isConfined)
        if let entropy = schedule.definition.generator.entropy.map({ Int($0) }), entropy < 80 {
            let text = "its generator has \(entropy) bits of entropy"
            let advice = "80 or more are recommended: schedule edit \(subject) --generator …"
            findings.append(
                entropy < 40 ? .problem(subject, text, advice: advice) : .warning(subject, text, advice: advice)
            )
        }
        return findings
    }

    private func check(_ generator: GeneratorSpecification, of secret: SecretName, isConfined: Bool) -> [Finding] {
        let subject = "\(secret)"
        // Reading the file gives a more exact finding.
        if let policy = generator.policy as? FilePolicy { return checkFile(policy, subject) }
        if let refusal = configuration.refusal(of: generator) {
            let text = "its generator is refused: \(refusal)"
            return [
                .problem(subject, text, advice: "correct the configuration, or: schedule edit \(subject) --generator …")
            ]
        }
        if let call = generator.plugIn { return checkPlugIn(call, subject, isConfined: isConfined) }
        return generator.publicFile.map { checkPublicFile($0, secret) } ?? []
    }

    private func checkPublicFile(_ path: String, _ secret: SecretName) -> [Finding] {
        let file = PublicFile(path, configuration.fileHost, hub: secret.hub, alias: secret.alias.text)
        return file.problem.map { [.problem("\(secret)", "its public key can't be written: \($0)")] } ?? []
    }

    private func checkFile(_ policy: FilePolicy, _ subject: String) -> [Finding] {
        do {
            _ = try FileSource(policy, configuration.fileHost).read(now: SystemClock().now.rawValue)
            return []
        } catch {
            guard error.isOutOfReach else {
                let advice = "correct it, or check the tool that writes it"
                return [.problem(subject, "its file can't be used: \(error)", advice: advice)]
            }
            let advice = "run check as the daemon's user; it must be able to read the file"
            return [.warning(subject, "you can't read its file: \(error)", advice: advice)]
        }
    }

    /// The daemon's user: the owner of the database.
    private var daemonUser: UInt32 { FileStatus(configuration.database)?.owner ?? geteuid() }

    private func checkPlugIn(_ policy: PlugInCall, _ subject: String, isConfined: Bool) -> [Finding] {
        // Each unit is asked once, however many schedules use it.
        guard configuration.generatorsSockets == nil else { return [] }
        var findings: [Finding] = []
        do { _ = try PlugInFile(policy.command, in: configuration.generatorsDirectory) } catch {
            findings.append(
                .problem(subject, "its plug-in can't be run: \(error)", advice: "correct it, then check again")
            )
        }
        if let refusal = PlugInIdentity(configuration.generatorsUser, process: daemonUser).refusal {
            findings.append(.problem(subject, "its plug-in is not run: \(refusal)"))
        }
        if !isConfined {
            let text = "its plug-in runs unconfined: no Landlock in the kernel, or in the unit's SystemCallFilter="
            let advice = "use a kernel of 5.13 or newer with landlock in lsm=, and SystemCallFilter=@sandbox"
            findings.append(.warning(subject, text, advice: advice))
        }
        return findings
    }
}

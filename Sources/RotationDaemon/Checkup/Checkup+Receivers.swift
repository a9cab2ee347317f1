import Glibc
import Notifications
import RotationConfiguration

/// Checks the receivers of entries, notifications and heartbeats; sends nothing.
extension Checkup {
    func checkReceivers() async -> [Finding] {
        var findings: [Finding] = []
        if let stream = configuration.audit.stream { findings.append(check(stream)) }
        for notification in configuration.notifications { findings.append(await check(notification)) }
        if case .url(let webhook)? = configuration.heartbeat?.target {
            findings.append(await check(webhook, "heartbeat"))
        }
        return findings
    }

    private func check(_ stream: Configuration.AuditStream) -> Finding {
        guard access(stream.socket, F_OK) == 0 else {
            let text = "\(stream.socket): \(String(cString: strerror(errno)))"
            return .warning("audit stream", text, advice: "start its receiver; entries wait for it in the history")
        }
        return .good("audit stream", "\(stream.format.rawValue) to \(stream.socket)")
    }

    private func check(_ notification: Configuration.Notification) async -> Finding {
        let subject = "notification \(notification.name)"
        switch notification.target {
        case .webhook(let webhook): return await check(webhook, subject)
        case .command(let command):
            let path = command.first ?? ""
            guard access(path, X_OK) == 0 else {
                let text = "\(path): \(String(cString: strerror(errno)))"
                return .problem(subject, text, advice: "the daemon's user must be able to run it")
            }
            return .good(subject, path)
        }
    }

    private func check(_ webhook: Configuration.Webhook, _ subject: String) async -> Finding {
        guard let client = WebhookClient(webhook) else { return .problem(subject, "its URL is not valid") }
        do throws(DeliveryFailure) {
            try await client.check()
            return .good(subject, "\(client.url)")
        } catch .token(let reason) {
            // The caller may have no right to it.
            return .warning(subject, reason, advice: "run check as the daemon's user")
        } catch {
            return .problem(subject, "\(client.url): \(error)", advice: "nothing is sent to it")
        }
    }
}

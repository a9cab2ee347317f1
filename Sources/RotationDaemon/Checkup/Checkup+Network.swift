import RotationConfiguration

extension Checkup {
    /// Refuses what needs a network where every hub is reached through a socket: such a daemon runs without one.
    func checkNetwork() -> [Finding] {
        guard !configuration.hubs.isEmpty, configuration.hubs.values.allSatisfy({ $0.socket != nil }) else { return [] }
        return configuration.networkUses.map { subject in
            .problem(
                subject,
                "needs a network, and every hub is reached through a socket",
                advice: "remove it, or reach a hub over the network"
            )
        }
    }
}

extension Configuration {
    /// What is asked over the network beside hubs.
    fileprivate var networkUses: [String] {
        let heartbeat = if case .url? = heartbeat?.target { ["heartbeat"] } else { [String]() }
        let webhooks = notifications.compactMap { notification in
            if case .webhook = notification.target { "notification \(notification.name)" } else { String?.none }
        }
        return audit.witnesses.map { "witness \($0.url)" } + webhooks + heartbeat
    }
}

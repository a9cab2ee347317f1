import AIHubClient
import Logging
import Scheduling

/// What the engine learns about hubs as wholes: suspension, probes, and whether they list.
extension Engine {
    /// How long a hub that refuses lists is not asked again.
    private static let listPause = Duration.seconds(3600)

    /// Whether a rotation asks the hub to list before and after: not where the hub is known to refuse it.
    ///
    /// - Parameter refusedAt: When it refused to list.
    func isConfirming(_ rotation: Rotation, _ hub: Hub, refusedAt: Instant?) -> Bool {
        guard hub.confirm || rotation.mustConfirm else { return false }
        guard let refusedAt else { return true }
        let age = refusedAt.duration(to: clock.now)
        return age < .zero || age >= Self.listPause
    }

    /// Suspends or pauses a hub for what it said.
    func takeIn(_ error: HubError, about secret: SecretName) async throws {
        let hub = secret.hub
        // Whether the next request is one ahead of all again is told by what this one met.
        if ![.forbidden, .throttled].contains(error.kind) { proven.remove(hub) }
        let alias = secret.alias.text
        switch try await storage.updateHub(hub, now: clock.now, { $0.after(error, about: alias, now: $1) }) {
        case .suspended: logger.error("hub suspended: \(error)", metadata: ["hub": "\(hub)"])
        case .paused: logger.warning("hub paused: \(error)", metadata: ["hub": "\(hub)"])
        case .available, .doubtful, .onProbation, nil: break
        }
    }

    /// Remembers that a hub has taken an update, and whether it lists.
    func takeInSuccess(of rotation: Rotation, isListRefused: Bool) async throws {
        let hub = rotation.secret.hub
        if try await storage.hubStatus(hub).afterSuccess != nil {
            _ = try await storage.updateHub(hub, now: clock.now) { status, _ in status.afterSuccess }
        }
        if isListRefused {
            logger.notice(
                "the hub takes updates but refuses lists: rotations are not confirmed",
                metadata: ["hub": "\(hub)"]
            )
            try await storage.setListsRefused(hub, at: clock.now)
        }
    }

    func startProbe(of name: String, _ group: inout DiscardingTaskGroup) {
        let key = DueWork.Key.probe(name)
        guard let hub = configuration.hubs[name], running[name, default: []].insert(key).inserted else { return }
        group.addTask {
            await self.probe(name, hub)
            await self.ended(key, at: name)
        }
    }

    /// Lists a suspended hub's secrets, to see whether it answers again.
    private func probe(_ name: String, _ hub: Hub) async {
        let failure = await listFailure(of: hub)
        do {
            let status = try await storage.updateHub(name, now: clock.now) { $0.afterProbe(failure, now: $1) }
            if case .onProbation = status { logger.notice("hub resumed", metadata: ["hub": "\(name)"]) }
        } catch {
            pauseForStorage(error)
        }
    }

    private func listFailure(of hub: Hub) async -> HubError? {
        do {
            _ = try await hub.api.list(alias: nil, workspace: nil)
            return nil
        } catch {
            return error
        }
    }
}

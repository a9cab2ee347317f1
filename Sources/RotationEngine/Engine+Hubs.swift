import Logging
import RotationCore
import Scheduling

/// What the engine learns about hubs as wholes: pauses, suspensions, probes, and whether they list.
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
    func recordFailure(_ error: HubError, about secret: SecretName) async throws {
        let hub = secret.hub
        // A 403 may be one secret's own: it does not take the others' turn.
        if error.kind != .forbidden { proven.remove(hub) }
        let (alias, cap) = (secret.alias.text, configuration.retry.retryAfterCap)
        let status = try await storage.updateHub(hub, now: clock.now) {
            $0.after(error, about: alias, now: $1, cap: cap)
        }
        if let status { log(status, of: hub, error) }
    }

    private func log(_ status: HubStatus, of hub: String, _ error: HubError?) {
        let why = error.map { ": \($0)" } ?? ""
        switch status {
        case .suspended: logger.error("hub suspended\(why)", metadata: ["hub": "\(hub)"])
        case .paused(let pause):
            logger.warning("hub paused\(why)", metadata: ["hub": "\(hub)", "until": "\(pause.until.rfc3339)"])
        case .halfOpen: logger.notice("hub resumed", metadata: ["hub": "\(hub)"])
        case .available, .failing: break
        }
    }

    /// Remembers that a hub has taken an update, and whether it lists.
    func recordSuccess(of rotation: Rotation, isListRefused: Bool) async throws {
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

    /// How long after a list that failed a secret is looked at again.
    private static let lookPause = Duration.seconds(60)

    /// Lists a secret whose hold has ended: a value that came late has moved its `updated_at`.
    func lookAfterHold(at secret: SecretName, _ hub: Hub) async throws {
        let listed: [ListedSecret]
        do {
            let permit = try await hub.api.permit()
            // While it waited for its permit, the hub may have been paused.
            guard try await storage.hubStatus(secret.hub).probeAt == nil else { throw HubError(.notSent) }
            listed = try await hub.api.list(alias: secret.alias, workspace: nil, using: permit)
        } catch let error as HubError where error.isRefusalToList {
            listed = []
        } catch is HubError {
            return try await storage.putOffLook(at: secret, until: clock.now.advanced(by: Self.lookPause))
        }
        let updatedAt = listed.first { $0.alias == secret.alias.text }?.updatedAt
        guard try await storage.recordLook(at: secret, updatedAt: updatedAt, now: clock.now) else { return }
        logger.error(
            "the hub shows an update after a hold: an earlier value may be in force",
            metadata: ["hub": "\(secret.hub)", "alias": "\(secret.alias)"]
        )
    }

    func startProbe(of name: String, _ group: inout DiscardingTaskGroup) {
        let key = DueWork.Key.probe(name)
        guard let hub = configuration.hubs[name], running[name, default: []].insert(key).inserted else { return }
        group.addTask {
            await self.probe(name, hub)
            await self.ended(key, at: name)
        }
    }

    /// Lists a paused or suspended hub's secrets, to see whether it answers again.
    private func probe(_ name: String, _ hub: Hub) async {
        let failure = await listFailure(of: hub)
        do {
            let cap = configuration.retry.retryAfterCap
            let status = try await storage.updateHub(name, now: clock.now) {
                $0.probeAt == nil ? nil : $0.afterProbe(failure, now: $1, cap: cap)
            }
            if let status { log(status, of: name, failure) }
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

import AIHubClient
import RotationCore

extension SecretsClient {
    /// Changes a secret, with nothing to do in between.
    func update(_ update: SecretUpdate) async throws(HubError) -> Receipt {
        do {
            return try await self.update(update) {}
        } catch {
            throw (error as? HubError) ?? HubError(.malformed)
        }
    }
}

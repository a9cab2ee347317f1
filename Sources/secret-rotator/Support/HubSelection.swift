import ControlAPI
import RotationConfiguration

extension Configuration {
    /// The hubs that a command is about: one, or all by name.
    ///
    /// - Throws: ``ControlFailure`` `noSuchSecret` for a hub that is not configured.
    func hubNames(_ hub: String?) throws -> [String] {
        let names = hubs.keys.sorted()
        guard let hub else { return names }
        guard names.contains(hub) else {
            let known = names.joined(separator: ", ")
            throw ControlFailure(status: .noSuchSecret, message: "there is no hub \"\(hub)\"; there is \(known)")
        }
        return [hub]
    }
}

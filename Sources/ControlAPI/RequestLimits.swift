package import RotationCore

/// How long the texts of a request may be, and how many secrets it may name.
package enum RequestLimits {
    /// The most bytes (UTF-8) of a text that is kept: a reason, a ticket, a description, an owner, a policy.
    package static let text = 1024
    /// The most secrets that one request names; `--all` names none.
    package static let names = 10_000
    /// The most requests that one connection follows.
    package static let watched = 1000

    /// Checks how long texts are.
    ///
    /// - Throws: ``ControlFailure`` that names the first text that is too long.
    package static func check(
        _ texts: KeyValuePairs<String, String?>,
        of secret: SecretName? = nil
    ) throws(ControlFailure) {
        for (name, value) in texts {
            guard let value, value.utf8.count > text else { continue }
            let subject = secret.map { "\($0): " } ?? ""
            throw ControlFailure(
                status: .usage,
                message: "\(subject)\(name): it has \(value.utf8.count) bytes; at most \(text) are allowed"
            )
        }
    }

    /// The secrets, each once.
    ///
    /// - Throws: ``ControlFailure`` where there are too many.
    package static func distinct(_ secrets: [SecretName]) throws(ControlFailure) -> [SecretName] {
        var seen: Set<SecretName> = []
        let distinct = secrets.filter { seen.insert($0).inserted }
        guard distinct.count <= names else {
            throw ControlFailure(
                status: .usage,
                message: "\(distinct.count) secrets are too many for one command: name at most \(names)"
            )
        }
        return distinct
    }
}

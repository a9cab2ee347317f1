package import RotationCore

/// The limits of a request: the length of its texts, and the number of secrets that it names.
package enum RequestLimits {
    /// The largest text in bytes (UTF-8): a reason, ticket, description, owner or policy.
    package static let text = 1024
    /// The largest number of secrets that one request names; `--all` names none.
    package static let names = 10_000
    /// The largest number of requests that one connection follows.
    package static let watched = 1000

    /// Checks the length of texts.
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
    /// - Throws: ``ControlFailure`` if there are too many.
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

import RotationDaemon

/// What a configuration text is called in tests.
let file = "test.yaml"

/// What is wrong with a configuration text, one line for each thing.
func complaints(_ text: String) -> [String] {
    do throws(ConfigurationError) {
        _ = try Configuration.parse(text, path: file)
        return []
    } catch {
        return error.issues.map(\.description)
    }
}

/// The least that a configuration has, with more lines of one hub and of the file.
///
/// - Parameter hub: Begins in the file's sixth line; `context: none` follows it, if it says no other.
func configurationText(hub: String = "", more: String = "") -> String {
    let hub = hub.contains("context:") ? hub : hub + "\ncontext: none"
    return """
        database: /var/lib/rotator.db
        hubs:
          production:
            url: https://hub.example/api
            token: credential:aihub-token
        \(hub.split(separator: "\n").map { "    \($0)\n" }.joined())\
        keys: {staging: credential:staging-key}
        \(more)
        """
}

/// The least that a configuration has, with more lines of one hub and of the file.
///
/// - Parameter hub: Begins in the file's sixth line; `context: none` follows it, if it says no other.
package func configurationText(hub: String = "", more: String = "") -> String {
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

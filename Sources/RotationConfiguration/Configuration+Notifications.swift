package import RotationCore

/// Reads `notifications:`.
extension Configuration {
    /// A receiver of notifications.
    package struct Notification: Hashable, Sendable {
        /// The receiver's name.
        package var name: String
        /// The kinds of condition that the receiver gets; empty for all.
        package var kinds: [String]
        package var target: Target
        /// How many messages it gets at most.
        package var rate: RequestRate

        /// How a message reaches its receiver.
        package enum Target: Hashable, Sendable {
            /// A program, with its arguments, that gets the message on its standard input.
            case command([String])
            /// A URL that the message is sent to.
            case webhook(Webhook)
        }
    }

    /// A URL that messages are sent to.
    package struct Webhook: Hashable, Sendable {
        @Exact package var url: String
        /// A bearer token.
        package var token: FileReference?
        /// The authorities that may sign the host's certificate; nil for the system's.
        @Exact package var certificateAuthorities: String?

        package init(url: String, token: FileReference? = nil, certificateAuthorities: String? = nil) {
            self.url = url
            self.token = token
            self.certificateAuthorities = certificateAuthorities
        }
    }

    static func readNotifications(_ root: inout MappingReader, _ rules: ConfigurationRules) -> [Notification] {
        var names: Set<String> = []
        return root.items("notifications").compactMap { node in
            var reader = root.reader(of: node, name: "a notification", at: "notifications[]")
            defer { reader.finish() }
            guard let notification = readNotification(&reader, rules) else { return nil }
            if !names.insert(notification.name).inserted {
                reader.report("another notification has this name already", key: "name")
            }
            return notification
        }
    }

    private static func readNotification(_ reader: inout MappingReader, _ rules: ConfigurationRules) -> Notification? {
        reader.require("name", example: "pager")
        let name = reader.scalar("name", expected: "name of letters, digits, hyphens and underscores") {
            isHubName($0) ? $0 : nil
        }
        let kinds = readKinds(&reader, rules)
        let rate = reader.scalar("at_most", expected: "rate such as 10/h or 2/m", convert: RequestRate.init)
        let (command, webhook) = (readCommand(&reader), readWebhook(&reader, rules))
        guard (command == nil) != (webhook == nil) else {
            // A value that can't be read is reported already.
            let isReported = command == nil && reader.keys.contains { $0 == "command" || $0 == "webhook" }
            if !isReported { reader.report("give either a command or a webhook", key: "command") }
            return nil
        }
        guard let name, let target = command.map(Notification.Target.command) ?? webhook.map({ .webhook($0) }),
            let standard = RequestRate("10/h")
        else { return nil }
        return Notification(name: name, kinds: kinds, target: target, rate: rate ?? standard)
    }

    /// The key is not `on`: YAML readers differ on that word.
    private static func readKinds(_ reader: inout MappingReader, _ rules: ConfigurationRules) -> [String] {
        let kinds = reader.texts("when", form: "list of \(rules.notificationKinds.joined(separator: ", "))") ?? []
        for kind in kinds where !rules.notificationKinds.contains(kind) {
            reader.report("\"\(kind)\" is none of \(rules.notificationKinds.joined(separator: ", "))", key: "when")
        }
        return kinds
    }

    private static func readCommand(_ reader: inout MappingReader) -> [String]? {
        guard let command = reader.texts("command", form: "list of a program's absolute path and its arguments") else {
            return nil
        }
        if command.first?.hasPrefix("/") != true {
            reader.report("begin with the program's absolute path", key: "command")
        }
        return command
    }

    private static func readWebhook(_ reader: inout MappingReader, _ rules: ConfigurationRules) -> Webhook? {
        // Its URL may be as good as a password, so a message does not show it.
        let url = reader.scalar("webhook", expected: "URL", isSecret: true) { $0.isEmpty ? nil : $0 }
        let token = reader.scalar("token", expected: referenceForm, isSecret: true, convert: FileReference.init)
        let authorities = reader.path("ca_file")
        guard let url else {
            if token != nil || authorities != nil { reader.report("token and ca_file are for a webhook", key: "token") }
            return nil
        }
        if let fault = rules.webhookFault(url) { reader.report(fault, key: "webhook") }
        return Webhook(url: url, token: token, certificateAuthorities: authorities)
    }
}

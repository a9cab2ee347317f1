import Foundation
import RotationConfiguration
import TestSupport
import Testing

/// The configuration has no key without an effect.
struct UnusedKeyTests {
    private static let lines = """
        audit: {origin: o, checkpoint_every: 1h, checkpoint_file: /var/log/c}
        metrics: {textfile: /var/lib/m.prom, listen: 127.0.0.1:9188}
        """

    /// Each property of the configuration is read by another source: a key without a use would be a promise.
    @Test func noKeyIsUnused() throws {
        let text = configurationText(more: Self.lines).replacing("{staging:", with: "{audit: \"file:/a\", staging:")
        let configuration = try Configuration.parse(text, path: file)
        let sources = try Self.sources()
        #expect(Self.properties(of: configuration, "").filter { !Self.isRead($0, sources) } == [])
    }

    /// The stored properties, with those of the mappings within.
    private static func properties(of value: Any, _ prefix: String) -> [String] {
        Mirror(reflecting: value).children.flatMap { child -> [String] in
            guard let label = child.label else { return [] }
            let name = prefix + label.replacing(/^_/, with: "")
            switch child.value {
            case is Configuration.Audit, is Configuration.Log, is Configuration.Metrics:
                return properties(of: child.value, name + ".")
            case let hubs as [String: Configuration.Hub]:
                return [name] + hubs.values.flatMap { properties(of: $0, "hub.") }
            default: return [name]
            }
        }
    }

    /// Whether a source outside the reader's own names the property.
    private static func isRead(_ property: String, _ sources: String) -> Bool {
        let name = property.split(separator: ".").last.map(String.init) ?? property
        // The whole configuration is `configuration` or `fresh`, its parts are what they are called.
        let owner = property.contains(".") ? "(?:audit|log|metrics|hub|\\$0)" : "(?:configuration|fresh|old)"
        let bare = property.contains(".") ? "" : "|\\b\(name)\\b(?=[.,)\\] ])"
        return sources.range(of: "\(owner)\\.\(name)\\b\(bare)", options: .regularExpression) != nil
    }

    private static func sources() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        return try ["RotationDaemon", "secret-rotator"].map { target in
            let folder = root.appending(path: target).path
            let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return try names.filter { name in
                name.hasSuffix(".swift") && !name.hasPrefix("Configuration/") && !name.hasPrefix("Checkup/")
            }.map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }.joined()
        }.joined()
    }
}

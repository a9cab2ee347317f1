import RotationCore
import TestSupport
import Testing

@testable import RotationConfiguration

/// `generators.sockets`.
struct PlugInUnitsKeyTests {
    private static func parse(_ generators: String) throws -> Configuration {
        try Configuration.parse(configurationText(more: "generators: {\(generators)}\n"), path: file)
    }

    @Test func folderIsRead() throws {
        let folder = "/run/secret-rotator-plugins"
        #expect(try Self.parse("sockets: \(folder)").generatorsSockets == folder)
        #expect(try Self.parse("directory: /g").generatorsSockets == nil)
    }

    @Test(arguments: [
        ("sockets: run/s", "sockets: \"run/s\" is no absolute path"),
        ("sockets: /\(String(repeating: "s", count: 75))", "is longer than 75 bytes"),
        ("sockets: /run/s, user: nobody", "remove generators.user"), ("socket: /run/s", "sockets"),
    ])
    func otherValuesAreErrors(generators: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try Self.parse(generators) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(message) && text.contains("\(file):8:"), "\(text)")
    }
}

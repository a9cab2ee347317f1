import Foundation
import Glibc
package import RotationCore
import Yams

/// The schedules file of `schedule apply` and `schedule diff`.
package enum SchedulesFile {
    /// The largest file in bytes.
    private static let sizeLimit = 64 * 1024 * 1024

    /// Reads and validates a file.
    ///
    /// - Parameters:
    ///   - path: The file; `-` for standard input.
    ///   - configuration: The configured hubs.
    ///   - generators: The registry of generators.
    ///   - refusal: Why the configuration refuses a generator; nil if it does not.
    /// - Throws: ``ConfigurationError`` with all errors, or ``UnreadableFile``.
    package static func load(
        _ path: String,
        _ configuration: Configuration,
        generators: any GeneratorRegistry,
        refusal: (GeneratorSpecification) -> String?
    ) throws -> [DesiredSchedule] {
        let source = path == "-" ? "standard input" : path
        // A pipe is accepted too.
        guard let handle = path == "-" ? .standardInput : FileHandle(forReadingAtPath: path) else {
            throw UnreadableFile(description: "\(source): \(String(cString: strerror(errno)))")
        }
        let data: Data
        do {
            data = try handle.readToEnd() ?? Data()
        } catch {
            throw UnreadableFile(description: "\(source): can't be read")
        }
        guard data.count <= sizeLimit, let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError(source: source, message: "not a UTF-8 text of at most 64 MiB")
        }
        return try parse(text, source: source, configuration, generators: generators, refusal: refusal)
    }

    /// Validates a text.
    package static func parse(
        _ text: String,
        source: String,
        _ configuration: Configuration,
        generators: any GeneratorRegistry,
        refusal: (GeneratorSpecification) -> String?
    ) throws(ConfigurationError) -> [DesiredSchedule] {
        try parse(text, Diagnostics(source: source), configuration, generators: generators, refusal: refusal)
    }

    /// Validates a text with the diagnostics of its source.
    static func parse(
        _ text: String,
        _ diagnostics: Diagnostics,
        _ configuration: Configuration,
        generators: any GeneratorRegistry,
        refusal: (GeneratorSpecification) -> String?
    ) throws(ConfigurationError) -> [DesiredSchedule] {
        let tree = try YAMLText.compose(text, source: diagnostics.source)
        var root = MappingReader(tree, name: "the file", diagnostics)
        root.require("schedules", example: "schedules: [{secret: db_password, every: 30d, generator: password}]")
        let nodes = root.items("schedules")
        root.finish()
        var seen: Set<SecretName> = []
        let desired = nodes.compactMap { node -> DesiredSchedule? in
            var entry = MappingReader(node, name: "an entry", path: "schedules[].", diagnostics)
            let secret = secret(&entry, configuration, &seen)
            let definition = ScheduleReader.definition(&entry, generators: generators)
            if let refusal = (definition?.generator).flatMap(refusal) {
                entry.report(refusal, key: "generator")
            }
            entry.finish()
            guard let secret, let definition else { return nil }
            return DesiredSchedule(secret: secret, definition: definition)
        }
        try diagnostics.throwIfAny()
        return desired
    }

    private static func secret(
        _ entry: inout MappingReader,
        _ configuration: Configuration,
        _ seen: inout Set<SecretName>
    ) -> SecretName? {
        entry.require("secret", example: "secret: production/db_password")
        guard let text = entry.text("secret") else { return nil }
        do {
            let secret = try configuration.secret(text)
            if !seen.insert(secret).inserted { entry.report("\(secret) has an entry already", key: "secret") }
            return secret
        } catch {
            entry.report("\(error)", key: "secret")
            return nil
        }
    }
}

/// The reason why a schedules file can't be read.
package struct UnreadableFile: Error, CustomStringConvertible {
    package let description: String
}

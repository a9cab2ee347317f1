import Foundation
import SandboxHub
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A world whose daemon writes metrics and serves the listener.
struct ObservedWorld: Sendable {
    let world: World
    let port: Int

    var url: String { "http://127.0.0.1:\(port)/" }
    var textfile: String { world.folder.file("secret_rotator.prom") }

    static func with(_ body: @escaping @Sendable (ObservedWorld) async throws -> Void) async throws {
        try await World.with { world in
            let observed = ObservedWorld(world: world, port: try LoopbackPorts.next())
            let text = try world.folder.read("config.yaml")
            let metrics = "metrics: {textfile: \"\(observed.textfile)\", listen: \"127.0.0.1:\(observed.port)\"}\n"
            try world.folder.write(text + metrics, to: "config.yaml")
            try await body(observed)
        }
    }

    /// What a path answers: the status in the last line, after the body.
    func get(_ path: String, _ options: String = "") async throws -> String {
        try await Oracle.shell("curl -sS -m 20 -w '\\n%{http_code}' \(options) '\(url)\(path)' || true")
    }

    /// The beginning of the stream of events: what comes within two seconds.
    func events() async throws -> String {
        try await Oracle.shell("curl -sN -m 2 '\(url)events' || true")
    }

    /// The value of a sample; nil if there is none.
    static func value(_ sample: String, in text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }
            .flatMap { Double($0.dropFirst(sample.count + 1)) }
    }

    // MARK: A browser

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check_status.py")

    /// Looks at the page; screenshots go where `SECRET_ROTATOR_SCREENSHOTS` says.
    ///
    /// - Parameters:
    ///   - command: Run while the page is open.
    ///   - text: What the page then shows among the rotations.
    func look(name: String, live command: String? = nil, expect text: String = "") async throws {
        let folder = ProcessInfo.processInfo.environment["SECRET_ROTATOR_SCREENSHOTS"]
        let options =
            (folder.map { ["--screenshots", $0] } ?? []) + (command.map { ["--live", $0, "--expect", text] } ?? [])
        let result = try await Subprocess.run(
            .path("/usr/bin/env"),
            arguments: Arguments(["python3", Self.script.path(), "--name", name] + options + [url]),
            output: .string(limit: 1024 * 1024),
            error: .string(limit: 1024 * 1024)
        )
        #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)\(result.standardError)")
    }
}

import ArgumentParser
import ControlAPI
import Logging
import RotationDaemon
import SandboxHub

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Run a local AI Hub, to try things out; it listens on 127.0.0.1 only and starts empty.",
        discussion: """
            Example: secret-rotator sandbox --port 8642

            With --test-hooks: POST /_test/faults accepts a list of faults, GET /_test/received returns the requests \
            so far with their values. A fault is {"method":"PATCH","alias":"x","times":2,"delay_ms":100} with one of \
            "status":503 ("headers":{…}), "drop":"before" or "after", "legacy_error":true, "redirect":"URL".
            """
    )

    @Option(help: "The port; 0 for any free port.") var port = 8642
    @Option(help: "The accepted bearer token. It is not secret: use it nowhere else.") var token =
        "sandbox-token"
    @Flag(help: "Accept faults, and show the received values.") var testHooks = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port: give 0 to 65535") }
    }

    func run() async throws {
        try await reportingFailures {
            let server = SandboxServer(
                hub: SandboxHub(token: token, testHooks: testHooks),
                port: port,
                testHooks: testHooks,
                logger: Logger(label: "sandbox") { _ in LineLogHandler(format: .text, level: .critical) }
            )
            do {
                try await server.run { port in
                    printText("listening on http://127.0.0.1:\(port)/api")
                    try? flushOutput()
                }
            } catch {
                throw ControlFailure(status: .inputOutput, message: "port \(port) can't be listened on: choose another")
            }
        }
    }
}

import ArgumentParser
import ControlAPI
import Foundation
import Logging
import RotationDaemon
import SecretMemory
import TransparencyLog
import Witness

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Run a witness for the audit logs of other hosts: it cosigns checkpoints of logs that only grow.",
        discussion: """
            It needs no configuration file and no daemon: run it on another host than the log's, under another \
            administrator. It remembers the last checkpoint of each log in its database, and never cosigns a log that \
            was cut or rewritten since. Keep the database: a witness that forgets it can be shown another history.

            It speaks the C2SP protocol tlog-witness (POST /add-checkpoint) on 127.0.0.1 only. For logs on other hosts \
            put a reverse proxy with TLS in front of it, and give its URL to them as audit.witnesses. TERM and INT stop \
            it.

            Example: secret-rotator witness --key witness.key --database witness.db --log "$(cat audit.pub)"
            """
    )

    @Option(help: "The witness's key file, made by keygen witness.") var key: String
    @Option(help: "The database; it is made if it does not exist.") var database: String
    @Option(help: "The verifier key of a log, as keygen audit printed it; may be given several times.") var log:
        [String] = []
    @Option(help: "The port on 127.0.0.1; 0 for any free port.") var port = 7380

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port: give 0 to 65535") }
        guard !log.isEmpty else { throw ValidationError("--log: give the verifier key of at least one log") }
    }

    func run() async throws {
        try await reportingFailures {
            let keys = try log.map(Self.logKey)
            let key = try readKey()
            let logger = Self.logger
            let heads = try WitnessHeads(path: database)
            let server = WitnessServer(heads: heads, key: key, logKeys: keys, port: port, logger: logger)
            do {
                try await server.runUntilSignalled { port in
                    printText("listening on http://127.0.0.1:\(port)")
                    try? flushOutput()
                }
            } catch {
                await heads.close()
                throw ControlFailure(status: .inputOutput, message: "port \(port) can't be listened on: choose another")
            }
            await heads.close()
        }
    }

    private static func logKey(_ text: String) throws -> VerifierKey {
        let key: VerifierKey
        do { key = try VerifierKey(text) } catch {
            throw ControlFailure(status: .usage, message: "--log: \(error)")
        }
        guard key.type == .ed25519 else {
            throw ControlFailure(status: .usage, message: "--log: \(key.name) is the key of a witness, not of a log")
        }
        return key
    }

    private func readKey() throws -> CosignatureKey {
        let file = try SecretFile.read(key, limit: 4096)
        do {
            return try CosignatureKey(fileText: file.withBytes { String(decoding: $0, as: UTF8.self) })
        } catch {
            throw ControlFailure(status: .configuration, message: "\(key): \(error); keygen witness makes one")
        }
    }

    /// Writes to standard error, as the daemon does where its configuration says nothing.
    private static var logger: Logger {
        let format = LineLogHandler.automaticFormat(environment: ProcessInfo.processInfo.environment)
        let write = LineLogHandler.writer(of: format)
        return Logger(label: "secret-rotator.witness") { _ in
            LineLogHandler(format: format, level: .info, write: write)
        }
    }
}

import RotationDaemon
import TestSupport
import Testing

/// The daemon says which keys have no effect.
@Suite(.timeLimit(.minutes(2)))
struct UnusedKeyWarningTests {
    private static let lines = """
        audit: {origin: o, checkpoint_every: 1h, checkpoint_file: /var/log/c}
        metrics: {textfile: /var/lib/m.prom}
        """

    @Test func daemonSaysSoAtStartAndReload() async throws {
        try await withDaemonFolder { files, _ in
            try files.configure(more: "audit: {checkpoint_file: /var/log/c}")
            let sink = LogSink()
            try await withRuntime(files, logger: sink.logger) { runtime async throws in
                let first = sink.lines.filter { $0.contains("audit.checkpoint_file is not used by this version") }
                #expect(first.count == 1)
                try files.configure(more: Self.lines)
                await runtime.reload()
                for key in ["audit.checkpoint_every", "audit.checkpoint_file", "audit.origin", "metrics.textfile"] {
                    #expect(sink.lines.contains { $0.contains("\(key) is not used by this version") }, "\(key)")
                }
            }
        }
    }
}

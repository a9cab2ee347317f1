import RotationDaemon
import TestSupport
import Testing

/// The daemon says which keys have no effect.
@Suite(.timeLimit(.minutes(2)))
struct UnusedKeyWarningTests {
    private static let lines = """
        metrics: {textfile: /var/lib/m.prom}
        """

    @Test func daemonSaysSoAtStartAndReload() async throws {
        try await withDaemonFolder { files, _ in
            try files.configure(more: "metrics: {textfile: /var/lib/n.prom}")
            let sink = LogSink()
            try await withRuntime(files, logger: sink.logger) { runtime async throws in
                let first = sink.lines.filter { $0.contains("metrics.textfile is not used by this version") }
                #expect(first.count == 1)
                try files.configure(more: Self.lines)
                await runtime.reload()
                let again = sink.lines.filter { $0.contains("metrics.textfile is not used by this version") }
                #expect(again.count == 2)
            }
        }
    }
}

import RotationConfiguration
import TestSupport
import Testing

/// `audit.stream`.
struct AuditStreamConfigurationTests {
    @Test func streamIsRead() throws {
        let text = configurationText(more: "audit: {stream: {socket: /run/s, format: jsonl}}")
        let stream = try Configuration.parse(text, path: file).audit.stream
        #expect(stream == Configuration.AuditStream(socket: "/run/s", format: .jsonl))
        let short = configurationText(more: "audit: {stream: {socket: /run/s}}")
        #expect(try Configuration.parse(short, path: file).audit.stream?.format == .rfc5424)
        #expect(try Configuration.parse(configurationText(), path: file).audit.stream == nil)
    }

    private static let faults: [(more: String, complaint: String)] = [
        ("audit: {stream: {format: jsonl}}", "socket is missing, for example: /run/log-collector.sock"),
        ("audit: {stream: {socket: s}}", "socket: \"s\" is no absolute path"),
        (
            "audit: {stream: {socket: /s, format: rfc5425}}",
            "format: \"rfc5425\" is none of rfc5424, jsonl; did you mean rfc5424?"
        ),
        ("audit: {stream: {sockt: /s}}", "unknown key \"sockt\"; did you mean socket?"),
    ]

    @Test(arguments: faults.indices)
    func faultIsReportedInItsLine(index: Int) throws {
        let found = complaints(configurationText(more: Self.faults[index].more))
        #expect(
            found.contains { $0.hasPrefix("test.yaml:8:") && $0.hasSuffix(": \(Self.faults[index].complaint)") },
            "\(found)"
        )
    }
}

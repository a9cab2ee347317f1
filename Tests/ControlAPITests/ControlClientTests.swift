import ControlAPI
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ControlClientTests {
    @Test func socketAtWhichNobodyListensIsToldApartFromOneThatDoesNotAnswer() async throws {
        try await TemporaryFolder.with { folder async throws in
            let client = ControlClient(path: folder.file("control.sock"))
            await #expect(throws: ControlClient.Unreachable.self) {
                try await client.send(ResumeSchedules(secrets: []))
            }
            await #expect(throws: ControlClient.Unreachable.self) {
                try await client.watch([], timeout: .seconds(5)) { _ in }
            }
        }
    }
}

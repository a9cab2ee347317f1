import Foundation
import Reporting
import RotationCore
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// The file for node_exporter.
@Suite(.timeLimit(.minutes(2)))
struct TextfileTests {
    private static func families(_ value: Int, clock: Int = 0) -> [MetricFamily] {
        [
            MetricFamily("m", .gauge, "M.", [.init(Double(value))]),
            MetricFamily("c", .gauge, "C.", [.init(Double(clock))], isClock: true),
        ]
    }

    /// All may read it; a link is replaced, never followed; nothing is left beside it.
    @Test func fileIsReplacedAsAWhole() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("untouched", to: "target")
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("m.prom"),
                withDestinationPath: folder.file("target")
            )
            let file = ReplacedFile(path: folder.file("m.prom"), mode: 0o644)
            try file.write("first\n".utf8)
            try file.write("second\n".utf8)
            #expect(try folder.read("m.prom") == "second\n")
            #expect(try folder.read("target") == "untouched")
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("m.prom"))
            #expect(attributes[.posixPermissions] as? Int == 0o644)
            #expect(attributes[.type] as? FileAttributeType == .typeRegular)
            #expect(try folder.contents().keys.sorted() == ["m.prom", "target"])
            #expect(throws: FileFailure.self) {
                try ReplacedFile(path: folder.file("missing/m.prom"), mode: 0o644).write("x".utf8)
            }
        }
    }

    /// A reader always sees a whole text.
    @Test func readerSeesNoHalf() async throws {
        try await TemporaryFolder.with { folder in
            let file = ReplacedFile(path: folder.file("m.prom"), mode: 0o644)
            let texts = ["a", "b"].map { String(repeating: $0, count: 300_000) }
            try file.write(texts[0].utf8)
            let writing = Task.detached { for number in 0..<200 { try file.write(texts[number % 2].utf8) } }
            var seen = Set<String>()
            while seen.count < 2 { seen.insert(try folder.read("m.prom")) }
            try await writing.value
            #expect(seen == Set(texts))
        }
    }

    /// A change is written; time that passes alone is not, before a minute is over.
    @Test func fileFollowsChanges() async throws {
        try await TemporaryFolder.with { folder in
            let values = Mutex((value: 1, clock: 1))
            let changes = CommitStream(position: 0, capacity: 1)
            let asked = Mutex(0)
            let writer = TextfileWriter(
                file: ReplacedFile(path: folder.file("m.prom"), mode: 0o644),
                metrics: {
                    asked.withLock { $0 += 1 }
                    return values.withLock { Self.families($0.value, clock: $0.clock) }
                },
                changes: changes,
                logger: silent,
                pace: .milliseconds(1)
            )
            let running = Task { await writer.run() }
            let isWritten = { (text: String) in (try? folder.read("m.prom")) == text }
            try await eventually("the first is written") { isWritten(Exposition.text(Self.families(1, clock: 1))) }
            values.withLock { $0 = (value: 1, clock: 2) }
            changes.publish(Commit(number: 1, changes: .init()))
            try await eventually("it has looked") { asked.withLock { $0 } >= 2 }
            #expect(isWritten(Exposition.text(Self.families(1, clock: 1))))
            values.withLock { $0 = (value: 2, clock: 3) }
            changes.publish(Commit(number: 2, changes: .init()))
            try await eventually("the change is written") { isWritten(Exposition.text(Self.families(2, clock: 3))) }
            running.cancel()
            await running.value
        }
    }
}

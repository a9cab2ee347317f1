import SQLite
import TestSupport
import Testing
import TransparencyLog

@testable import Witness

/// What a witness answers at its HTTP door.
@Suite(.timeLimit(.minutes(5)))
struct WitnessServerTests {
    private static func with(
        _ log: BranchedLog,
        _ body: @escaping @Sendable (ServedWitness, TemporaryFolder) async throws -> Void
    ) async throws {
        let key = try CosignatureKey(name: "witness.example/w1")
        try await TemporaryFolder.with { folder in
            try await ServedWitness.with([log.key.verifier], database: folder.file("w.db"), key: key) {
                try await body($0, folder)
            }
        }
    }

    @Test func growingLogIsCosigned() async throws {
        let log = try BranchedLog(count: 20)
        try await Self.with(log) { witness, _ async throws in
            for (old, new) in [(0, 0), (0, 3), (3, 3), (3, 8), (8, 20)] {
                let request = try log.request(old, new)
                #expect(try await witness.cosigns(request), "\(old) \(new)")
            }
        }
    }

    @Test func rewoundAndForkedLogsAreRefused() async throws {
        let log = try BranchedLog(count: 20)
        let fork = BranchedLog(forking: log, at: 5)
        let other = try BranchedLog(count: 20)
        try await Self.with(log) { witness, _ async throws in
            let first = try log.request(0, 10)
            #expect(try await witness.cosigns(first))
            let cases: [(String, AddCheckpointRequest, WitnessAnswer)] = [
                ("rewound", try log.request(0, 9), .conflict(size: 10)),
                ("truncated, with the right old size", try log.request(10, 9), .badRequest),
                ("old size too small", try log.request(3, 12), .conflict(size: 10)),
                ("old size too large", try log.request(11, 12), .conflict(size: 10)),
                ("fork of the same size", try fork.request(10, 10), .unprocessable),
                ("fork that grew", try fork.request(10, 15), .unprocessable),
                (
                    "proof of another size",
                    AddCheckpointRequest(oldSize: 10, proof: log.proof(9, 15), checkpoint: try log.checkpoint(15)),
                    .unprocessable
                ),
                (
                    "no proof", AddCheckpointRequest(oldSize: 10, proof: [], checkpoint: try log.checkpoint(15)),
                    .unprocessable
                ),
                ("another key of the same name", try other.request(10, 15), .forbidden),
                ("another log", try BranchedLog(origin: "other.example", count: 12).request(10, 12), .unknownLog),
            ]
            for (what, request, expected) in cases {
                #expect(try await witness.submit(request) == expected, "\(what)")
            }
            // Nothing of that has changed the head.
            let next = try log.request(10, 15)
            #expect(try await witness.cosigns(next))
        }
    }

    @Test(arguments: ["", "old x\n\n", "old 0\n", "old 00\n\nlog.example/history\n0\n", "\u{0}"])
    func malformedBodyIsABadRequest(body: String) async throws {
        let log = try BranchedLog(count: 1)
        try await Self.with(log) { witness, _ async throws in
            #expect(try await witness.submit(Array(body.utf8)) == .badRequest)
        }
    }

    @Test func bodyIsBounded() async throws {
        let log = try BranchedLog(count: 1)
        try await Self.with(log) { witness, _ async throws in
            let body = [UInt8](repeating: 0x61, count: AddCheckpointRequest.maximumSize + 1)
            #expect(try await witness.submit(body) == .other(status: 413))
            #expect(try await witness.submit([], below: "/elsewhere") == .unknownLog)
        }
    }

    /// However the two come in between each other, one of them finds the other's head.
    @Test func ofTwoForksAtOnceOneIsCosignedAtMost() async throws {
        for round in 0..<20 {
            let log = try BranchedLog(count: 12)
            let fork = BranchedLog(forking: log, at: round % 5)
            try await Self.with(log) { witness, _ async throws in
                let requests = [
                    try log.request(0, 9), try fork.request(0, 9), try log.request(0, 11), try fork.request(0, 12),
                ]
                let cosigned = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for request in requests {
                        group.addTask { try await witness.cosigns(request) }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(cosigned == 1)
            }
        }
    }

    /// As if two processes served one database: the transaction alone keeps them apart.
    @Test func ofTwoForksAtTwoWritersOneIsCosignedAtMost() async throws {
        let key = try CosignatureKey(name: "witness.example/w1")
        for round in 0..<20 {
            let log = try BranchedLog(count: 12)
            let requests = [try log.request(0, 9), try BranchedLog(forking: log, at: round % 5).request(0, 12)]
            try await TemporaryFolder.with { folder in
                let writers = try requests.map { _ in try WitnessHeads(path: folder.file("w.db")) }
                let cosigned = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for (writer, request) in zip(writers, requests) {
                        group.addTask {
                            let outcome = try await writer.submit(request, logKeys: [log.key.verifier], key: key) { 1 }
                            if case .cosigned = outcome { return true } else { return false }
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(cosigned == 1)
                for writer in writers { await writer.close() }
            }
        }
    }

    @Test func restartKeepsTheHead() async throws {
        let log = try BranchedLog(count: 12)
        let fork = BranchedLog(forking: log, at: 2)
        let key = try CosignatureKey(name: "witness.example/w1")
        try await TemporaryFolder.with { folder in
            let (keys, database) = ([log.key.verifier], folder.file("w.db"))
            try await ServedWitness.with(keys, database: database, key: key) { witness in
                let request = try log.request(0, 7)
                #expect(try await witness.cosigns(request))
            }
            try await ServedWitness.with(keys, database: database, key: key) { witness in
                #expect(try await witness.submit(fork.request(0, 8)) == .conflict(size: 7))
                #expect(try await witness.submit(fork.request(7, 8)) == .unprocessable)
                let request = try log.request(7, 12)
                #expect(try await witness.cosigns(request))
            }
        }
    }

    /// A head that can't be stored is not cosigned.
    @Test func nothingIsCosignedWithoutTheDatabase() async throws {
        let log = try BranchedLog(count: 12)
        try await Self.with(log) { witness, folder async throws in
            let lock = try Connection(path: folder.file("w.db"), mode: .readWrite)
            defer { lock.close() }
            try lock.execute(
                "CREATE TRIGGER full BEFORE INSERT ON heads BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )
            #expect(try await witness.submit(log.request(0, 7)) == .other(status: 500))
            try lock.execute("DROP TRIGGER full")
            let request = try log.request(0, 7)
            #expect(try await witness.cosigns(request))
        }
    }

    @Test(arguments: [
        "UPDATE heads SET size = size - 1", "UPDATE heads SET root = zeroblob(32)", "DELETE FROM heads",
    ])
    func headIsNotRewound(sql: String) async throws {
        let log = try BranchedLog(count: 12)
        try await Self.with(log) { witness, folder async throws in
            _ = try await witness.submit(log.request(0, 7))
            let connection = try Connection(path: folder.file("w.db"), mode: .readWrite)
            defer { connection.close() }
            #expect(throws: SQLiteError.self) { try connection.execute(sql) }
        }
    }

    /// A fork is kept for people, and repeating it does not fill the disk.
    @Test func evidenceIsKeptAndBounded() async throws {
        let log = try BranchedLog(count: 4)
        try await Self.with(log) { witness, folder async throws in
            _ = try await witness.submit(log.request(0, 3))
            for branch in 1...120 {
                let fork = BranchedLog(forking: log, at: 1, branch: branch)
                #expect(try await witness.submit(fork.request(3, 4)) == .unprocessable)
            }
            let connection = try Connection(path: folder.file("w.db"), mode: .readOnly)
            defer { connection.close() }
            let notes: [[UInt8]] = try connection.all("SELECT note FROM refused_checkpoints") {
                row throws(SQLiteError) in try row.get(0)
            }
            #expect(notes.count == 100)
            for note in notes { try SignedCheckpoint(note).verify(logKeys: [log.key.verifier]) }
        }
    }
}

import TestSupport
import TransparencyLog

/// A log in files, as an auditor has it.
struct WrittenLog {
    let log: TestLog
    let folder: TemporaryFolder
    let witnesses: [CosignatureKey]
    let head: SignedCheckpoint

    /// Writes leaves, key, the head with cosignatures, some proofs of inclusion and of consistency, and a policy of two of three.
    init(_ log: TestLog, in folder: TemporaryFolder, indices: [Int], oldSizes: [Int]) throws {
        self.log = log
        self.folder = folder
        let witnesses = try (1...3).map { try CosignatureKey(name: "witness.example/w\($0)") }
        self.witnesses = witnesses
        let bare = try log.checkpoint(log.lines.count)
        head = bare.adding(try witnesses.prefix(2).map { try $0.cosign(bare.checkpoint, at: 1_764_000_000) })
        try folder.write(log.lines.map { "\($0)\n" }.joined(), to: "leaves")
        try folder.write("\(log.key.verifierKey)\n", to: "vkey")
        try write(head.bytes, to: "checkpoint")
        for index in indices {
            try write(log.proof(index, in: head).bytes, to: "\(index).tlog-proof")
            try folder.write(log.lines[index], to: "leaf-\(index)")
        }
        for old in oldSizes {
            try write(try log.checkpoint(old).bytes, to: "old-\(old)")
            let hashes = log.consistency(old, log.lines.count)
            try folder.write(hashes.map { "\($0)\n" }.joined(), to: "consistency-\(old)")
        }
        let lines = witnesses.enumerated().map { "witness w\($0.offset + 1) \($0.element.verifier)\n" }
        try folder.write("log \(log.key.verifierKey)\n\(lines.joined())group g 2 w1 w2 w3\nquorum g\n", to: "policy")
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try folder.write(String(decoding: bytes, as: UTF8.self), to: name)
    }

    /// Runs a closure while a file is changed.
    func changing<T>(
        _ name: String,
        _ change: (String) -> String,
        _ body: () async throws -> T
    ) async throws -> T {
        let text = try folder.read(name)
        let changed = change(text)
        guard changed != text else { throw NeverHappened(description: "a change of \(name)") }
        try folder.write(changed, to: name)
        defer { try? folder.write(text, to: name) }
        return try await body()
    }
}

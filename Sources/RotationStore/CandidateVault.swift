import Foundation
import Glibc
import RotationCore
import SQLite
import SecretMemory

/// Sealed candidates in a database of their own, readable by the owner alone.
///
/// They are apart from the history so that no auditor's read transaction on that one can keep a sealed value in a WAL.
struct CandidateVault {
    let connection: Connection
    private let key: StagingKey
    /// Its right to write.
    private(set) var fence: Fence

    init(path: String, key: StagingKey) throws {
        // SQLite gives -wal and -shm the mode of the database, so it must be right before they exist.
        try OwnerOnly.create(path)
        OwnerOnly.tighten(path)
        // Nobody else writes here; whoever only reads is not waited for with the queue held.
        connection = try CandidateSchema.migrator.open(path, mode: .readWrite, busyTimeout: 500)
        fence = try Fence(joining: connection)
        self.key = key
    }

    /// The epoch that this process has.
    var epoch: Int64 { fence.epoch }

    /// The present wait for another process's lock.
    var lockWait: LockWait { connection.lockWait }

    /// Becomes the only writer.
    mutating func raiseEpoch(above floor: Int64) throws {
        fence = try Fence(raising: connection, above: floor)
    }

    func close() {
        connection.close()
    }

    func fingerprint(of value: SecretValue) -> [UInt8] {
        key.fingerprint(of: value)
    }

    /// A value's fingerprints by the present key and those before it.
    func fingerprints(of value: SecretValue) -> [[UInt8]] {
        key.fingerprints(of: value)
    }

    /// Whether a value has a fingerprint, by the present key or one before it.
    func has(_ value: SecretValue, fingerprint: [UInt8]) -> Bool {
        key.fingerprints(of: value).contains(fingerprint)
    }

    /// Seals a candidate with its generator's state, and commits them; one that is there already is never replaced.
    ///
    /// - Throws: `StaleRotation` where the rotation has another candidate.
    func stage(_ made: GeneratedValue, for rotation: Rotation) throws {
        if let found = try candidate(of: rotation), try found.isSame(as: made) { return }
        let sealed = try made.packed().withBytes { try key.seal($0, for: Self.context(of: rotation)) }
        let inserted = try connection.transaction(fence) {
            try connection.run(
                "INSERT INTO candidates (rotation, sealed) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                rotation.id.rawValue,
                sealed
            )
        }
        guard inserted == 1 else { throw StaleRotation(rotation: rotation.id) }
    }

    /// Whether a rotation has a candidate, readable or not.
    func hasCandidate(_ rotation: String) throws -> Bool {
        try connection.first("SELECT 1 FROM candidates WHERE rotation = ?1", rotation) { row throws(SQLiteError) in
            try row.get(0, as: Int.self)
        } != nil
    }

    /// Unseals a candidate; nil where there is none, or the key is another one.
    func candidate(of rotation: Rotation) throws -> GeneratedValue? {
        let sealed: [UInt8]? = try connection.first(
            "SELECT sealed FROM candidates WHERE rotation = ?1",
            rotation.id.rawValue
        ) { row throws(SQLiteError) in try row.get(0) }
        guard let sealed, let plain = try key.unseal(sealed, for: Self.context(of: rotation)) else { return nil }
        return try GeneratedValue(unpacking: plain)
    }

    /// Deletes a candidate; its bytes are gone once ``truncate()`` has succeeded after the commit.
    ///
    /// - Parameter rotation: The name of its rotation, as ``rotations()`` has it.
    func delete(_ rotation: String) throws {
        _ = try connection.transaction(fence) {
            try connection.run("DELETE FROM candidates WHERE rotation = ?1", rotation)
        }
    }

    /// Truncates the WAL, so that no file holds what was deleted any more.
    ///
    /// - Returns: false where a reader's transaction blocks it.
    func truncate() throws -> Bool {
        try connection.truncateWAL()
    }

    /// Commits a batch of changes, and tells each of them.
    func commit(_ batch: [any BatchMember], _ files: Files) {
        connection.commit(batch, files, fence)
    }

    // MARK: Candidates that the history does not know

    /// The rotations whose candidates are kept apart.
    func keptRotations() throws -> [String] {
        try connection.all("SELECT rotation FROM kept") { row throws(SQLiteError) in try row.get(0) }
    }

    /// Puts a candidate apart, or back.
    func setKept(_ rotation: String, _ isKept: Bool) throws {
        let (from, to) = isKept ? ("candidates", "kept") : ("kept", "candidates")
        try connection.transaction(fence) {
            try connection.run(
                "INSERT INTO \(to) (rotation, sealed) SELECT rotation, sealed FROM \(from) WHERE rotation = ?1",
                rotation
            )
            try connection.run("DELETE FROM \(from) WHERE rotation = ?1", rotation)
        }
    }

    /// Erases a candidate that was kept apart.
    func eraseKept(_ rotation: String) throws {
        _ = try connection.transaction(fence) { try connection.run("DELETE FROM kept WHERE rotation = ?1", rotation) }
        _ = try connection.truncateWAL()
    }

    /// The rotations that have a candidate.
    func rotations() throws -> [String] {
        try connection.all("SELECT rotation FROM candidates") { row throws(SQLiteError) in try row.get(0) }
    }

    /// What a candidate is bound to: hub, alias, rotation and generator policy, each with its length before it.
    private static func context(of rotation: Rotation) -> Data {
        let parts = [
            rotation.secret.hub, rotation.secret.alias.text, rotation.id.rawValue, rotation.generator.policyHash,
        ]
        return parts.reduce(into: Data()) { data, part in
            withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian) { data.append(contentsOf: $0) }
            data.append(contentsOf: part.utf8)
        }
    }
}

extension GeneratedValue {
    /// The value's length in four bytes, the value, the state.
    fileprivate func packed() throws -> LockedBytes {
        let valueCount = value.withUTF8 { $0.count }
        return try LockedBytes(count: 4 + valueCount + (state?.count ?? 0)) { buffer in
            buffer.storeBytes(of: UInt32(valueCount).bigEndian, as: UInt32.self)
            value.withUTF8 { UnsafeMutableRawBufferPointer(rebasing: buffer[4...]).copyMemory(from: $0) }
            state?.withBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: buffer[(4 + valueCount)...]).copyMemory(from: bytes)
            }
        }
    }

    /// Whether value and state are the same.
    fileprivate func isSame(as other: GeneratedValue) throws -> Bool {
        let (mine, others) = (try packed(), try other.packed())
        return mine.count == others.count
            && mine.withBytes { mine in others.withBytes { mine.elementsEqual($0) } }
    }

    fileprivate init?(unpacking bytes: LockedBytes) throws {
        guard bytes.count >= 4 else { return nil }
        let valueCount = Int(UInt32(bigEndian: bytes.withBytes { $0.loadUnaligned(as: UInt32.self) }))
        guard valueCount <= bytes.count - 4 else { return nil }
        let value = try bytes.withBytes {
            try SecretValue(LockedBytes(copying: UnsafeRawBufferPointer(rebasing: $0[4..<(4 + valueCount)])))
        }
        let hasState = bytes.count > 4 + valueCount
        let state = try bytes.withBytes { bytes in
            hasState ? try LockedBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[(4 + valueCount)...])) : nil
        }
        self.init(value: value, state: state)
    }
}

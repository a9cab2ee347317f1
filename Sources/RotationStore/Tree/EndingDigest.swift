import Glibc

/// An order-free digest of how rotations ended: two sets of endings that differ have another one.
///
/// The hash is seeded anew in each process, so nobody can choose endings whose hashes make up for each other.
struct EndingDigest: Equatable {
    /// How many endings it has.
    private(set) var count: Int64 = 0
    private var sum = 0

    private static let event: StaticString = ",\"event\":\""
    private static let rotation: StaticString = ",\"rotation\":\""
    private static let endings: [StaticString] = [
        "rotation.succeeded\"", "rotation.failed\"", "rotation.abandoned\"",
    ]
    private static let prefix = "rotation.".utf8.count

    /// Adds an ending.
    mutating func add(rotation: UnsafeRawBufferPointer, outcome: UnsafeRawBufferPointer) {
        var hasher = Hasher()
        hasher.combine(rotation.count)
        hasher.combine(bytes: rotation)
        hasher.combine(bytes: outcome)
        sum &+= hasher.finalize()
        count += 1
    }

    /// Adds the ending that an entry records, if it does.
    ///
    /// A line is canonical JSON: `event` comes before `rotation`, and no other member has that name. What is found in another
    /// line only leads to a look by SQL.
    mutating func add(entry line: UnsafeRawBufferPointer) {
        guard let event = Self.after(Self.event, in: line),
            let ending = Self.endings.first(where: { Self.begins(event, with: $0) }),
            let id = Self.after(Self.rotation, in: event), let end = id.firstIndex(of: UInt8(ascii: "\""))
        else { return }
        let outcome = event[Self.prefix..<(ending.utf8CodeUnitCount - 1)]
        add(
            rotation: UnsafeRawBufferPointer(rebasing: id[..<end]),
            outcome: UnsafeRawBufferPointer(rebasing: outcome)
        )
    }

    /// The bytes after the first place of a text that begins with a comma; nil where it is not there.
    private static func after(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var rest = bytes
        while let start = rest.baseAddress, let comma = memchr(start, Int32(UInt8(ascii: ",")), rest.count) {
            rest = UnsafeRawBufferPointer(rebasing: rest[(UnsafeRawPointer(comma) - start)...])
            if begins(rest, with: text) { return UnsafeRawBufferPointer(rebasing: rest[text.utf8CodeUnitCount...]) }
            rest = UnsafeRawBufferPointer(rebasing: rest[1...])
        }
        return nil
    }

    private static func begins(_ bytes: UnsafeRawBufferPointer, with text: StaticString) -> Bool {
        guard let start = bytes.baseAddress, bytes.count >= text.utf8CodeUnitCount else { return false }
        return memcmp(start, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}

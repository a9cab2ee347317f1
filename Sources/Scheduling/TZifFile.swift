/// Reads a TZif file (RFC 9636), of any version.
enum TZifFile {
    /// Why a file can't be read.
    enum Failure: Error, Hashable {
        /// Not a TZif file.
        case magic
        /// Truncated, or with impossible numbers.
        case malformed
        /// It counts leap seconds, unlike Unix time.
        case leapSeconds
    }

    /// The counts of a block's parts (section 3.1).
    private struct Header {
        var version: UInt8
        var isUT: Int
        var isStandard: Int
        var leap: Int
        var times: Int
        var types: Int
        var characters: Int

        /// The length of the block after the header, in bytes.
        ///
        /// - Parameter size: The size of an instant: 4 bytes in the first block, 8 in the second.
        func length(size: Int) -> Int {
            times * (size + 1) + types * 6 + characters + leap * (size + 4) + isStandard + isUT
        }
    }

    static func read(_ bytes: [UInt8]) throws(Failure) -> OffsetTable {
        var reader = ByteReader(bytes[...])
        let first = try header(&reader)
        guard first.version >= UInt8(ascii: "2") else { return try block(first, size: 4, &reader, hasRule: false) }
        // The first block is for readers of version 1.
        guard reader.skip(first.length(size: 4)) else { throw .malformed }
        return try block(try header(&reader), size: 8, &reader, hasRule: true)
    }

    private static func header(_ reader: inout ByteReader) throws(Failure) -> Header {
        guard reader.bytes(4) == Array("TZif".utf8) else { throw .magic }
        guard let version = reader.integer(1), reader.skip(15), let isUT = reader.integer(4),
            let isStandard = reader.integer(4), let leap = reader.integer(4), let times = reader.integer(4),
            let types = reader.integer(4), let characters = reader.integer(4), types > 0,
            [isUT, isStandard, leap, times, types, characters].allSatisfy({ (0...100_000).contains($0) })
        else { throw .malformed }
        return Header(
            version: UInt8(truncatingIfNeeded: version),
            isUT: Int(isUT),
            isStandard: Int(isStandard),
            leap: Int(leap),
            times: Int(times),
            types: Int(types),
            characters: Int(characters)
        )
    }

    private static func block(
        _ header: Header,
        size: Int,
        _ reader: inout ByteReader,
        hasRule: Bool
    ) throws(Failure) -> OffsetTable {
        guard header.leap == 0 else { throw .leapSeconds }
        let seconds = (0..<header.times).compactMap { _ in reader.integer(size) }
        let indices = (0..<header.times).compactMap { _ in reader.integer(1) }
        let offsets = (0..<header.types).compactMap { _ in
            let offset = reader.integer(4)
            return reader.skip(2) ? offset.map(Int32.init(truncatingIfNeeded:)) : nil
        }
        guard seconds.count == header.times, indices.count == header.times, offsets.count == header.types,
            reader.skip(header.characters + header.isStandard + header.isUT),
            indices.allSatisfy({ offsets.indices.contains(Int($0)) }),
            zip(seconds, seconds.dropFirst()).allSatisfy({ $0 < $1 }),
            // Section 3.2: -25 to +26 hours.
            offsets.allSatisfy({ (-89_999...93_599).contains($0) })
        else { throw .malformed }
        var rule: POSIXZone?
        if hasRule, let text = try footer(&reader), !text.isEmpty {
            rule = POSIXZone(text)
            if rule == nil { throw .malformed }
        }
        let transitions = zip(seconds, indices).map { OffsetTable.Transition(second: $0, offset: offsets[Int($1)]) }
        return OffsetTable(initial: offsets.first ?? 0, transitions: transitions, rule: rule)
    }

    /// The line at the file's end (section 3.3).
    private static func footer(_ reader: inout ByteReader) throws(Failure) -> String? {
        let newline = UInt8(ascii: "\n")
        guard reader.bytes(1) == [newline], let line = reader.bytes(upTo: newline) else { throw .malformed }
        return String(decoding: line, as: UTF8.self)
    }
}

/// Reads big-endian numbers from a file's start; nil where the file has ended.
private struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func bytes(upTo end: UInt8) -> [UInt8]? {
        guard let index = rest.firstIndex(of: end) else { return nil }
        defer { rest = rest[(index + 1)...] }
        return Array(rest[..<index])
    }

    mutating func skip(_ count: Int) -> Bool {
        guard rest.count >= count else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    /// Reads a number of two's complement; one byte is read without a sign.
    mutating func integer(_ size: Int) -> Int64? {
        guard rest.count >= size else { return nil }
        defer { rest = rest.dropFirst(size) }
        let number = rest.prefix(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return size == 4 ? Int64(Int32(truncatingIfNeeded: number)) : Int64(bitPattern: number)
    }
}

import Foundation

/// The memory of this process that can be written, as it is mapped now.
struct OwnMemory {
    private let regions: [UnsafeRawBufferPointer]

    init() throws {
        let data = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/maps")).readToEnd() ?? Data()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").filter { $0.contains(" rw-p ") }
        regions = lines.compactMap { line in
            let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { Int($0, radix: 16) }
            guard ends.count == 2 else { return nil }
            return UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: ends[0]), count: ends[1] - ends[0])
        }
    }

    /// How often bytes occur, given as their complement: looking for them leaves no copy of them.
    func count(ofComplement complement: [UInt8]) -> Int {
        regions.reduce(0) { sum, region in sum + count(ofComplement: complement, in: region) }
    }

    private func count(ofComplement complement: [UInt8], in region: UnsafeRawBufferPointer) -> Int {
        guard var place = region.baseAddress else { return 0 }
        let end = place + region.count - complement.count
        var found = 0
        while place <= end, let hit = memchr(place, Int32(~complement[0]), end - place + 1) {
            let bytes = UnsafeRawBufferPointer(start: hit, count: complement.count)
            if zip(bytes, complement).allSatisfy({ $0 == ~$1 }) { found += 1 }
            place = UnsafeRawPointer(hit) + 1
        }
        return found
    }
}

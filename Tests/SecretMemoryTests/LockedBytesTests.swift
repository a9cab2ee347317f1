import Testing

@testable import SecretMemory

private struct Stop: Error, Equatable {}

@Suite("Memory of secrets")
struct LockedBytesTests {
    @Test("the memory to fill is zeroed and of the size asked for", arguments: [0, 1, 4095, 4096, 4097, 90_000])
    func fill(count: Int) throws {
        let bytes = try LockedBytes(count: count) { buffer in
            #expect(buffer.count == count)
            #expect(buffer.allSatisfy { $0 == 0 })
            for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index) }
        }
        #expect(bytes.count == count)
        let isSame = bytes.holds((0..<count).map { UInt8(truncatingIfNeeded: $0) })
        #expect(isSame)
    }

    @Test("a copy has the source's bytes", arguments: [[], [7], [UInt8](0...255)])
    func copy(source: [UInt8]) throws {
        let bytes = try source.withUnsafeBytes { try LockedBytes(copying: $0) }
        #expect(bytes.count == source.count)
        #expect(bytes.holds(source))
    }

    @Test("the kernel keeps the pages in RAM, out of core files and out of forked children")
    func flags() throws {
        let bytes = try LockedBytes([1, 2, 3])
        let address = bytes.withBytes { UInt(bitPattern: $0.baseAddress) }
        let flags = try #require(try Mapping.flags(at: address))
        #expect(flags.contains("dd"))
        #expect(flags.contains("wf"))
        #expect(flags.contains("lo") == bytes.isLocked)
    }

    @Test("memory can be locked exactly where such bytes are locked")
    func canLock() throws {
        #expect(try LockedBytes([1]).isLocked == ProcessHardening.canLockMemory)
    }

    @Test(
        "the memory is wiped with the last reference; a page is used again, and more is given back",
        arguments: [3, 5000]
    )
    func release(count: Int) async {
        // In a process of its own, where nobody else maps the same address again.
        await #expect(processExitsWith: .success) { [count] in
            var bytes: LockedBytes? = try LockedBytes(count: count) { $0.copyBytes(from: [1, 2, 3]) }
            let address = bytes?.withBytes { UInt(bitPattern: $0.baseAddress) } ?? 0
            try #require(try Mapping.flags(at: address) != nil)
            let isKept = bytes?.isLocked == true && count <= 4096
            bytes = nil
            let isSecret = try Mapping.flags(at: address)?.contains("dd") ?? false
            try #require(isSecret == isKept)
            guard isKept else { return }
            try #require(UnsafePointer<UInt8>(bitPattern: address).map { [$0[0], $0[1], $0[2]] } == [0, 0, 0])
            let next = try LockedBytes(count: 4096) { buffer in try #require(buffer.allSatisfy { $0 == 0 }) }
            try #require(next.withBytes { UInt(bitPattern: $0.baseAddress) } == address)
            try #require(try Mapping.flags(at: address)?.isSuperset(of: ["dd", "wf", "lo"]) == true)
        }
    }

    @Test("where the filling fails, the error comes through and the memory is wiped, once")
    func failingFill() async {
        await #expect(processExitsWith: .success) {
            var address: UInt = 0
            #expect(throws: Stop()) {
                _ = try LockedBytes(count: 5000) { buffer in
                    address = UInt(bitPattern: buffer.baseAddress)
                    throw Stop()
                }
            }
            try #require(address != 0)
            let isSecret = try Mapping.flags(at: address)?.contains("dd") ?? false
            try #require(!isSecret)
        }
    }

    @Test("no more than 64 pages are spare")
    func spare() throws {
        let addresses = (1...80).map { UInt($0 * 4096) }
        let pages = SparePages()
        let kept = addresses.compactMap(UnsafeMutableRawPointer.init(bitPattern:)).filter { pages.keep($0) }
        #expect(kept.count == SparePages.limit)
        #expect(pages.take() == kept.last)
    }
}

import SecretMemory
import Testing

@Suite("Copies of secrets")
struct NoCopyTests {
    // Compared are the second halves: the allocator writes over the beginning of what it gets back.
    @Test("making a value leaves one copy of it in memory: the locked one", arguments: [100, 40_000])
    func oneCopy(size: Int) async {
        await #expect(processExitsWith: .success) { [size] in
            let complement = (0..<size).map { _ in ~UInt8.random(in: 0x61...0x7A) }
            let half = Array(complement.suffix(size / 2))
            let bytes = try LockedBytes(count: size) { buffer in
                for index in buffer.indices { buffer[index] = ~complement[index] }
            }
            // Taken before: what reads it allocates, and could write over a copy.
            let memory = try OwnMemory()
            try #require(memory.count(ofComplement: half) == 1)
            let value = try SecretValue(bytes)
            try #require(memory.count(ofComplement: half) == 1)
            try #require(value.count == size)
        }
    }
}

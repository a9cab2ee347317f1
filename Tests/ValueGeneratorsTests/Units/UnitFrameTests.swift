import RotationCore
import SecretMemory
import TestSupport
import Testing

@testable import ValueGenerators

/// The frames between the daemon and a plug-in's unit.
struct UnitFrameTests {
    static func bytes(_ bytes: [UInt8]) throws -> LockedBytes {
        try bytes.withUnsafeBytes { try LockedBytes(copying: $0) }
    }

    static func frame(_ kind: UnitFrame.Kind, _ payload: [UInt8] = []) -> [UInt8] {
        UnitFrame.header(kind, length: payload.count) + payload
    }

    /// Reads all frames of a stream that comes in parts of these sizes, the last of which repeats.
    static func read(_ stream: [UInt8], parts: [Int] = [Int.max]) throws(UnitFrame.Failure) -> [UnitFrame] {
        var (rest, sizes, frames) = (stream[...], parts[...], [UnitFrame]())
        while true {
            let frame = try UnitFrame.next { buffer in
                let next = sizes.count > 1 ? sizes.removeFirst() : sizes.first ?? 0
                let size = min(next, buffer.count, rest.count)
                buffer.copyBytes(from: rest.prefix(size))
                rest = rest.dropFirst(size)
                return size
            }
            guard let frame else { return frames }
            frames.append(frame)
        }
    }

    private static func isSame(_ frames: [UnitFrame], _ expected: [(UnitFrame.Kind, [UInt8])]) -> Bool {
        frames.count == expected.count
            && zip(frames, expected).allSatisfy { frame, pair in
                frame.kind == pair.0 && frame.payload.withBytes { Array($0) } == pair.1
            }
    }

    @Test func headerIsAsThePageSays() {
        #expect(UnitFrame.header(.output, length: 0x0102_03) == [1, 6, 0, 1, 2, 3])
        #expect(UnitFrame.Kind.allCases.map(\.rawValue) == Array(1...8))
    }

    @Test(arguments: UnitFrame.Kind.allCases)
    func limitsHold(kind: UnitFrame.Kind) throws {
        let largest = [UInt8](repeating: 7, count: kind.limit)
        #expect(Self.isSame(try Self.read(Self.frame(kind, largest)), [(kind, largest)]))
        let tooLarge = UnitFrame.header(kind, length: kind.limit + 1)
        #expect(throws: UnitFrame.Failure.length(kind, kind.limit + 1)) { try Self.read(tooLarge) }
    }

    @Test(
        arguments: [
            ([0, 6, 0, 0, 0, 0], UnitFrame.Failure.version(0)), ([2, 6, 0, 0, 0, 0], .version(2)),
            ([1, 0, 0, 0, 0, 0], .kind(0)), ([1, 9, 0, 0, 0, 0], .kind(9)), ([1], .cut), ([1, 6, 0, 0, 0], .cut),
            ([1, 6, 0, 0, 0, 2, 65], .cut), ([1, 6, 255, 255, 255, 255], .length(.output, 0xFFFF_FFFF)),
            (Array("GET / HTTP/1.1\r\n".utf8), .version(UInt8(ascii: "G"))),
        ] as [([UInt8], UnitFrame.Failure)]
    )
    func junkIsRefused(stream: [UInt8], failure: UnitFrame.Failure) {
        #expect(throws: failure) { try Self.read(stream) }
    }

    /// However the stream comes in parts, the frames are the same; cut anywhere, no frame is made up.
    @Test(arguments: [0x5EED_1501, 0x5EED_1502, 0x5EED_1503] as [UInt64])
    func streamsThatAreCutAnywhere(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        var generator = random.generator
        for _ in 0..<300 {
            let frames = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                let kind = UnitFrame.Kind.allCases.randomElement(using: &generator) ?? .probe
                let count = Int.random(in: 0...min(kind.limit, 50), using: &generator)
                return (kind, (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            }
            let stream = frames.flatMap { Self.frame($0.0, $0.1) }
            let parts = (0..<40).map { _ in Int.random(in: 1...9, using: &generator) }
            #expect(Self.isSame(try Self.read(stream, parts: parts), frames), "seed \(seed)")
            let end = Int.random(in: 0..<stream.count, using: &generator)
            let whole = frames.indices.filter { Self.size(frames[...$0]) <= end }.count
            if end == Self.size(frames[..<whole]) {
                #expect(Self.isSame(try Self.read(Array(stream[..<end])), Array(frames[..<whole])), "seed \(seed)")
            } else {
                #expect(throws: UnitFrame.Failure.cut, "seed \(seed)") { try Self.read(Array(stream[..<end])) }
            }
        }
    }

    private static func size(_ frames: ArraySlice<(UnitFrame.Kind, [UInt8])>) -> Int {
        frames.reduce(0) { $0 + UnitFrame.headerSize + $1.1.count }
    }

    /// One bit that is wrong never ends the process, and never makes a frame longer than its limit.
    @Test(arguments: [0x5EED_1504, 0x5EED_1505] as [UInt64])
    func streamsWithAWrongBit(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var generator = random.generator
        for _ in 0..<500 {
            var stream =
                Self.frame(.starting) + Self.frame(.output, Array("{\"value\":\"x\"}".utf8)) + Self.frame(.errors, [0])
            stream[Int.random(in: 0..<stream.count, using: &generator)] ^=
                1 << UInt8.random(in: 0..<8, using: &generator)
            let frames = (try? Self.read(stream)) ?? []
            #expect(frames.allSatisfy { $0.payload.count <= $0.kind.limit }, "seed \(seed)")
        }
    }
}

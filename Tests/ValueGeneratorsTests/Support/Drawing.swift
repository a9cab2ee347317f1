import RotationCore
import SecretMemory
import TestSupport
import ValueGenerators

extension GeneratorSpecification {
    /// The bytes of a new value; even where a seed made it, let no failure print it.
    func draw(_ random: any RandomSource, time: Int64 = 0) async throws -> [UInt8] {
        let generator = makeGenerator(random: random) { time }
        let context = GeneratorContext(hub: "hub", alias: "alias", rotation: "rotation")
        return try await generator.generate(context).value.withUTF8 { Array($0) }
    }

    /// Several new values as texts.
    func draw(_ count: Int, seed: UInt64, time: Int64 = 0) async throws -> [String] {
        let random = SeededRandom(seed: seed)
        var texts: [String] = []
        for _ in 0..<count { texts.append(String(decoding: try await draw(random, time: time), as: UTF8.self)) }
        return texts
    }
}

package import RotationCore
import SecretMemory

struct UUIDGenerator: ValueGenerator {
    let version: UUIDVersion
    let random: any RandomSource
    let clock: @Sendable () -> Int64
    var steps: Set<GeneratorStep> { [] }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        let high =
            switch version {
            case .v4: random.next()
            case .v7: UUIDBits.timeAndRandom(milliseconds: clock(), random: random.next())
            }
        return try GeneratedValue(length: 36) { text in
            UUIDBits.write(high: high, low: random.next(), version: version, into: text)
        }
    }
}

/// The policy of UUIDs (RFC 9562).
package struct UUIDPolicy: BuiltInPolicy {
    package static let type = "uuid"
    package static let fileParameters = [
        GeneratorParameter(
            "version",
            .scalar(expected: "version of UUID: use 4 or 7") { text in
                Int(text).flatMap { UUIDVersion(rawValue: $0) }.map { .integer(Int64($0.rawValue)) }
            },
            standard: 4
        )
    ]
    package static func standard() -> UUIDPolicy { UUIDPolicy(version: .v4) }
    package let version: UUIDVersion

    package init(version: UUIDVersion) {
        self.version = version
    }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        guard let version = UUIDVersion(rawValue: try parameters.integer("version")) else {
            throw .parameter("version")
        }
        self.version = version
    }

    package var parameters: [String: JSONValue] { ["version": .integer(Int64(version.rawValue))] }

    package var entropy: Double? {
        switch version {
        case .v4: 122
        case .v7: 74
        }
    }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        UUIDGenerator(version: version, random: host.random, clock: host.clock)
    }
}

import Foundation
package import RotationCore
import SecretMemory

/// A text with places for generated parts: `{"user":"svc","password":"{{password}}"}`.
package struct TemplatePolicy: Hashable, Sendable {
    /// How parts are written.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// As they are.
        case text
        /// Within a JSON string: what must be escaped there is.
        case json
    }

    @Exact package private(set) var template: String
    package let format: Format
    /// The generators of the parts, by name.
    @Exact package private(set) var parts: [String: GeneratorSpecification]

    /// - Parameter parts: A part that is not among them is made by the generator of its name, with what is usual for it.
    /// - Throws: ``InvalidPolicy`` where a part has no generator, one that changes other systems, or no place; or where the
    ///   text is no JSON though it is to be.
    package init(
        template: String,
        format: Format = .text,
        parts: [String: GeneratorSpecification] = [:]
    ) throws(InvalidPolicy) {
        let names = Set(Self.pieces(of: template).compactMap { if case .part(let name) = $0 { name } else { nil } })
        guard !names.isEmpty else { throw .template("it has no place for a part, such as {{password}}") }
        var parts = parts
        for name in names where parts[name] == nil { parts[name] = try Self.standard(name) }
        if let unused = parts.keys.sorted().first(where: { !names.contains($0) }) {
            throw .template("{{\(unused)}} does not stand in it")
        }
        for (name, part) in parts {
            // Each part must be drawn here, without an effect elsewhere.
            guard part.entropy != nil, part.steps.isEmpty, !(part.policy is TemplatePolicy) else {
                throw .template("{{\(name)}} can't be made by \(part.type)")
            }
        }
        self.template = template
        self.format = format
        self.parts = parts
        if format == .json, !Self.isJSON(template) { throw .template("it is no JSON") }
    }

    private static func standard(_ name: String) throws(InvalidPolicy) -> GeneratorSpecification {
        switch name {
        case "password": .password(try PasswordPolicy())
        case "token": .token(try TokenPolicy())
        case "uuid": .uuid(.v4)
        default: throw .template("{{\(name)}} has no generator: name it under parts")
        }
    }

    private static func isJSON(_ template: String) -> Bool {
        let sample = pieces(of: template).map { if case .text(let text) = $0 { text } else { "x" } }.joined()
        let options: JSONSerialization.ReadingOptions = .fragmentsAllowed
        return (try? JSONSerialization.jsonObject(with: Data(sample.utf8), options: options)) != nil
    }

    /// The parts together: each is drawn by itself.
    package var entropy: Double? {
        Self.pieces(of: template).reduce(into: [String: Double]()) { sum, piece in
            if case .part(let name) = piece { sum[name] = parts[name]?.entropy ?? 0 }
        }.values.reduce(0, +)
    }

    /// A piece of a template.
    enum Piece: Hashable {
        case text(String)
        case part(String)
    }

    var pieces: [Piece] { Self.pieces(of: template) }

    private static func pieces(of template: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = template[...]
        while let start = rest.range(of: "{{"), let end = rest[start.upperBound...].range(of: "}}") {
            let name = rest[start.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespaces)
            let isName = !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            guard isName else {
                pieces.append(.text(String(rest[..<end.upperBound])))
                rest = rest[end.upperBound...]
                continue
            }
            if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
            pieces.append(.part(name))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }
}

extension TemplatePolicy: BuiltInPolicy {
    package static let type = "template"
    package static let fileParameters = [
        GeneratorParameter("template", .text, example: "template: 'user=svc password={{password}}'"),
        GeneratorParameter("format", .word(Format.allCases.map(\.rawValue)), standard: "text"),
        GeneratorParameter(
            "parts",
            .generators(example: "{pin: {type: password, length: 8}}"),
            standard: .object([:])
        ),
    ]

    package static func standard() throws(InvalidPolicy) -> TemplatePolicy {
        throw .template("give it: generator: {type: template, template: \"…{{password}}…\"}")
    }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        var parts: [String: GeneratorSpecification] = [:]
        for (name, part) in try parameters.object("parts") {
            guard let part = GeneratorSpecification(json: part.losslessText) else { throw .parameter("parts") }
            parts[name] = part
        }
        try self.init(template: parameters.text("template"), format: parameters.choice("format"), parts: parts)
    }

    package var parameters: [String: JSONValue] {
        [
            "template": .string(template), "format": .string(format.rawValue),
            "parts": .object(parts.mapValues(\.fields)),
        ]
    }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        TemplateGenerator(policy: self, random: host.random, clock: host.clock)
    }
}

struct TemplateGenerator: ValueGenerator {
    let policy: TemplatePolicy
    let random: any RandomSource
    let clock: @Sendable () -> Int64
    var steps: Set<GeneratorStep> { [] }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        var made: [String: SecretValue] = [:]
        // In a fixed order, so that one seed makes one value.
        for (name, part) in policy.parts.sorted(by: { $0.key < $1.key }) {
            made[name] = try await part.makeGenerator(random: random, clock: clock).generate(context).value
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(policy.template.utf8.count + made.values.reduce(0) { $0 + $1.count * 12 })
        defer { bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
        for piece in policy.pieces {
            switch piece {
            case .text(let text): bytes += text.utf8
            case .part(let name):
                made[name]?.withUTF8 { part in
                    for byte in part { append(byte, to: &bytes) }
                }
            }
        }
        do {
            return GeneratedValue(value: try SecretValue(bytes.withUnsafeBytes { try LockedBytes(copying: $0) }))
        } catch {
            throw .permanent(reason: "the template's value: \(error)")
        }
    }

    private func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        guard policy.format == .json else { return bytes.append(byte) }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
        default: bytes.append(byte)
        }
    }
}

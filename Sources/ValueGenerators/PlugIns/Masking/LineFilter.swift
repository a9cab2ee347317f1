import Glibc
import RotationCore
import SecretMemory

/// Decides which lines of a plug-in's standard error may be shown.
///
/// A line is withheld if it contains six or more consecutive characters, or a whole shorter value, of the value, the
/// state or any string inside them: raw, JSON-escaped, percent-encoded, hexadecimal, Base64 in its three alignments, or
/// as a line of a PEM. A shell's traces (`+ …`) are always withheld.
///
/// The lines are indexed, not the secrets: those are read once, directly from locked memory, and no copy is kept.
struct LineFilter {
    /// The secrets to compare with; nil for a step without a value.
    let made: GeneratedValue?

    /// The lines that may be shown, and the number of withheld lines.
    struct Result: Equatable {
        var lines: [String] = []
        var withheld = 0
    }

    /// Filters lines; empty ones are left out.
    ///
    /// - Parameter knowsAll: false if there may be a value that is not in ``made``; then no line is shown.
    func filter(_ errors: StandardErrors, knowsAll: Bool = true) -> Result {
        let lines = errors.lines
        var isShown = lines.map { knowsAll && !Self.isTrace($0) }
        if knowsAll, isShown.contains(true) {
            var scan = GramScan(lines)
            SecretStrings.each(in: made) { bytes, isPEM in
                Self.scan(bytes, isPEM: isPEM, &scan)
            }
            for (index, isHit) in scan.hits.enumerated() where isHit { isShown[index] = false }
        }
        var result = Result(withheld: errors.isCut ? 1 : 0)
        for (line, isShown) in zip(lines, isShown) {
            if isShown { result.lines.append(String(decoding: line, as: UTF8.self)) } else { result.withheld += 1 }
        }
        return result
    }

    /// Whether a reason's word may be kept: it has no six consecutive characters in common with a secret, and is not
    /// one.
    func permits(reason: String) -> Bool {
        var scan = GramScan([Array(reason.utf8)])
        SecretStrings.each(in: made, leavesOnly: true) { bytes, _ in
            SecretForms.raw(bytes) { scan.push($0) }
            scan.reset()
            if bytes.elementsEqual(reason.utf8) { scan.hits[0] = true }
        }
        return !scan.hits.contains(true)
    }

    private static func scan(_ bytes: UnsafeRawBufferPointer, isPEM: Bool, _ scan: inout GramScan) {
        SecretForms.each(of: bytes) { form in
            form { scan.push($0) }
            scan.reset()
        }
        if bytes.count < GramScan.length { scan.find(whole: bytes) }
        guard isPEM else { return }
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where line.count < GramScan.length {
            scan.find(whole: UnsafeRawBufferPointer(rebasing: line))
        }
    }

    /// Whether the line is a trace of a shell's `set -x`.
    private static func isTrace(_ line: [UInt8]) -> Bool {
        let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let rest = text.drop { $0 == UInt8(ascii: "+") }
        return rest.startIndex > text.startIndex && (rest.first == UInt8(ascii: " ") || rest.isEmpty)
    }
}

/// The last bytes of a plug-in's standard error.
struct StandardErrors: Equatable {
    /// The number of bytes that are kept.
    static let limit = 4096

    private var bytes: [UInt8] = []
    /// Whether earlier bytes were dropped; the rest of a truncated line is never shown.
    private(set) var isCut = false

    init() {}

    init(_ text: String) {
        text.withContiguousBytes { append($0) }
    }

    /// - Parameter kept: At most ``limit`` bytes.
    init(kept: [UInt8], isCut: Bool) {
        (bytes, self.isCut) = (kept, isCut)
    }

    /// The last bytes, up to ``limit``.
    var kept: [UInt8] { bytes }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        bytes += more.suffix(Self.limit + 1)
        if bytes.count > Self.limit {
            isCut = true
            bytes.removeFirst(bytes.count - Self.limit)
        }
    }

    /// The complete lines that are not empty.
    var lines: [[UInt8]] {
        let isEnd = { (byte: UInt8) in byte == 0x0A || byte == 0x0D }
        let whole = isCut ? bytes.drop { !isEnd($0) } : bytes[...]
        return whole.split(whereSeparator: isEnd).map(Array.init)
    }
}

extension String {
    fileprivate func withContiguousBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        var copy = self
        copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

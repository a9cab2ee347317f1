import RotationCore
import SecretMemory

/// A demand to run a plug-in: lines of text, an empty line, and the question.
///
/// ```
/// session 0f3c…            32 hexadecimal digits; absent outside the daemon
/// environment PGSSLMODE    the name of a variable of the unit, any number of times
///
/// {"protocol":1,…}
/// ```
struct UnitRequest: Sendable {
    /// The daemon's session, for the ``UnitLock``; nil for none.
    let session: String?
    /// The names of the unit's variables that the plug-in gets.
    let environment: [String]
    private let payload: LockedBytes
    private let questionStart: Int
    /// The largest number of variables.
    private static let environmentLimit = 256

    /// The payload before the question.
    static func head(session: String?, environment: [String]) -> [UInt8] {
        let lines = (session.map { ["session \($0)"] } ?? []) + environment.map { "environment \($0)" } + [""]
        return Array(lines.map { "\($0)\n" }.joined().utf8)
    }

    /// Reads the payload of a frame, strictly.
    init(_ payload: LockedBytes) throws(UnitFrame.Failure) {
        var (session, environment): (String?, [String]) = (nil, [])
        var start = 0
        while true {
            guard let line = Self.line(of: payload, at: start) else { throw .payload(.request) }
            start += line.utf8.count + 1
            if line.isEmpty { break }
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            switch (words.count, words[0]) {
            case (2, "session") where session == nil && environment.isEmpty && Self.isSession(words[1]):
                session = words[1]
            case (2, "environment")
            where environment.count < Self.environmentLimit && CommandPolicy.isPassable(variable: words[1]):
                environment.append(words[1])
            default: throw .payload(.request)
            }
        }
        let count = payload.count
        guard count > start, payload.withBytes({ $0[count - 1] == UInt8(ascii: "\n") }) else {
            throw .payload(.request)
        }
        (self.session, self.environment, self.payload, questionStart) = (session, environment, payload, start)
    }

    /// Calls a closure with the question, a line of JSON.
    func withQuestion<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
        payload.withBytes { body(UnsafeRawBufferPointer(rebasing: $0[questionStart...])) }
    }

    /// A session that no other process has.
    static func makeSession(_ random: some RandomSource) -> String {
        [random.next(), random.next()].map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Whether a text has the form of a session.
    static func isSession(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }

    /// The line that begins at a position, without its newline; nil if it has none, or is no line of a head.
    private static func line(of payload: LockedBytes, at start: Int) -> String? {
        payload.withBytes { bytes in
            // What is longer could be the question, which must not be copied.
            let part = bytes[start...].prefix(300)
            guard let end = part.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let line = part[..<end]
            guard line.first != UInt8(ascii: "{"), line.allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
            return String(decoding: line, as: UTF8.self)
        }
    }
}

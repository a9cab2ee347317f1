import Foundation
import RotationCore
import SecretMemory

/// Decides which words of an answer may be kept: those that have nothing in common with the secrets that were sent.
///
/// Otherwise a hub that echoes a value or token, for example as the request ID, would put it into the audit log.
struct EchoCheck: Sendable {
    /// The tokens of the request.
    var tokens: [AccessToken]
    /// The value of the request, if it has one.
    var value: SecretValue?

    /// The number of common characters from which a word is dropped.
    private static let run = 4
    /// The number of common digits from which a number is dropped.
    ///
    /// It is larger, because four digits of an instant are in many tokens by chance, and without the instant an update
    /// is never confirmed.
    private static let numberRun = 8
    /// The length of the longest word that is kept.
    private static let maximumLength = 64

    /// Returns the text if it is a word of letters, digits and hyphens that may be kept.
    func word(_ text: String) -> String? {
        let isWord = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || EchoReadings.isAlphanumeric($0) }
        return isWord && (1...Self.maximumLength).contains(text.utf8.count) && permits(text) ? text : nil
    }

    /// Returns the number if it may be kept.
    func number(_ number: Int64) -> Int64? {
        let digits = Array(String(number).utf8)
        return sharesNothing([digits, digits.reversed()], run: Self.numberRun) ? number : nil
    }

    /// Returns the host of a redirect if it is the requested host or a subdomain of it.
    func redirectHost(_ location: String, from host: String) -> String? {
        guard let target = URLComponents(string: location) else { return nil }
        let own = host.lowercased()
        guard let host = target.host?.lowercased() else {
            return target.scheme == nil && target.path.hasPrefix("/") ? own : nil
        }
        if host == own { return own }
        let isName = host.utf8.allSatisfy { "-.".utf8.contains($0) || EchoReadings.isAlphanumeric($0) }
        guard host.hasSuffix("." + own), isName, host.utf8.count <= 253 else { return nil }
        let below = host.dropLast(own.count + 1)
        return permits(String(below)) && permits(below.filter { $0 != "." }) ? host : nil
    }

    /// Whether a text has no four consecutive characters in common with a token or the value: plain, in any case,
    /// reversed, or decoded from hexadecimal or Base64.
    private func permits(_ text: String) -> Bool {
        sharesNothing(EchoReadings.all(of: Array(text.utf8)), run: Self.run)
    }

    private func sharesNothing(_ readings: [[UInt8]], run: Int) -> Bool {
        let windows = Set(readings.flatMap { Self.windows(of: $0, run) })
        let isFree = { (secret: UnsafeRawBufferPointer) in !Self.shares(secret, windows, readings, run) }
        return tokens.allSatisfy { $0.withASCII(isFree) } && value?.withUTF8(isFree) ?? true
    }

    /// A secret that is shorter than a run is compared as a whole.
    private static func shares(
        _ secret: UnsafeRawBufferPointer,
        _ windows: Set<UInt64>,
        _ readings: [[UInt8]],
        _ run: Int
    ) -> Bool {
        guard secret.count >= run else {
            return readings.contains { $0.elementsEqual(secret.lazy.map(EchoReadings.lowercased)) }
        }
        let mask = UInt64.max >> UInt64(64 - run * 8)
        var window: UInt64 = 0
        for (index, byte) in secret.enumerated() {
            window = (window << 8 | UInt64(EchoReadings.lowercased(byte))) & mask
            if index + 1 >= run, windows.contains(window) { return true }
        }
        return false
    }

    private static func windows(of text: [UInt8], _ run: Int) -> [UInt64] {
        guard text.count >= run else { return [] }
        return (0...text.count - run).map { start in text[start..<start + run].reduce(0) { $0 << 8 | UInt64($1) } }
    }
}

extension EchoCheck {
    /// Decides which words of a list may be kept; each user's ID is checked once.
    struct Words {
        private let echo: EchoCheck
        private var known: [String: Bool] = [:]

        init(_ echo: EchoCheck) {
            self.echo = echo
        }

        /// Returns the item without a user or instant that may not be kept.
        mutating func kept(_ listed: ListedSecret) -> ListedSecret {
            var listed = listed
            listed.updatedAt = listed.updatedAt.flatMap(echo.number)
            if let user = listed.lastUpdatedBy, !isKept(user) { listed.lastUpdatedBy = nil }
            return listed
        }

        private mutating func isKept(_ user: String) -> Bool {
            if let known = known[user] { return known }
            let isKept = echo.word(user) != nil
            if known.count < 1000 { known[user] = isKept }
            return isKept
        }
    }
}

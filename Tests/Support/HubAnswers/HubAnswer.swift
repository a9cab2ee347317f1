/// What a made-up hub writes to a request, and what becomes of the connection.
///
/// One seed and one number make the same answer again. Most are one thing away from a good one: what is wrong everywhere
/// ends at the first check.
package struct HubAnswer: Sendable {
    /// What is written, piece by piece.
    package private(set) var pieces: [[UInt8]] = []
    /// Whether the connection is closed after it.
    package private(set) var closes = false
    /// Whether it is written when the request's first bytes arrive.
    package private(set) var isEarly = false

    /// Makes an answer.
    package init(number: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed &* 0xD6E8_FEB8_6659_FD93 &+ UInt64(number))
        // The first numbers of near seeds are alike in nothing, but the state is: it is stirred once.
        random = SplitMix64(seed: random.next())
        var message = AnswerMessage(&random)
        var bytes = message.bytes(&random)
        if random.chance(1, in: 8) {
            message.isOdd = true
            for _ in 0...Int.random(in: 0..<4, using: &random) { bytes.mutate(&random) }
        }
        if random.chance(1, in: 16) {
            var next = AnswerMessage(&random)
            bytes += next.bytes(&random)
        }
        isEarly = random.chance(1, in: 64)
        // An odd answer on an open connection is waited for until the time-out: a few are enough.
        closes = isEarly || message.isOdd && !random.chance(1, in: 200) || random.chance(1, in: 8)
        pieces = random.chance(1, in: 4) ? bytes.pieces(&random) : [bytes]
    }
}

/// An HTTP/1.1 response before it is bytes.
struct AnswerMessage {
    var statusLine: [UInt8]
    var fields: [(name: String, value: [UInt8])] = []
    var body: [UInt8]
    /// Whether a client may wait for more.
    var isOdd = false

    init(_ random: inout SplitMix64) {
        statusLine = Array("HTTP/1.1 200 OK".utf8)
        body = AnswerBody.make(&random)
        if random.chance(1, in: 4) {
            statusLine = AnswerStatus.make(&random)
            isOdd = true
        }
        for _ in 0..<Int.random(in: 0..<5, using: &random) {
            fields.append(AnswerFields.make(&random, isOdd: &isOdd))
        }
    }

    /// The message with a framing, and at times interim answers before it.
    mutating func bytes(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        if random.chance(1, in: 16) {
            for _ in 0..<Int.random(in: 1..<40, using: &random) {
                bytes += "HTTP/1.1 1\(random.chance(1, in: 8) ? "01" : "00") Continue\r\nX-Early: 1\r\n\r\n".utf8
            }
            isOdd = true
        }
        let framed = random.chance(1, in: 3) ? chunked(&random) : sized(&random)
        let end: [UInt8] = random.chance(1, in: 32) ? [0x0A] : [0x0D, 0x0A]
        bytes += statusLine + end
        for field in fields { bytes += Array(field.name.utf8) + Array(": ".utf8) + field.value + end }
        return bytes + end + framed
    }

    private mutating func sized(_ random: inout SplitMix64) -> [UInt8] {
        guard random.chance(1, in: 8) else {
            fields.append(("Content-Length", Array("\(body.count)".utf8)))
            return body
        }
        isOdd = true
        let lies = [
            "\(body.count + 1)", "\(max(0, body.count - 1))", "0", "-1", "+\(body.count)", "0x10", "1,1", "", " ",
            "1 1",
            "9223372036854775807", "18446744073709551615", "18446744073709551616", String(repeating: "9", count: 300),
        ]
        fields.append(("Content-Length", Array(random.one(of: lies).utf8)))
        if random.chance(1, in: 3) { fields.append(("content-length", Array(random.one(of: lies).utf8))) }
        if random.chance(1, in: 6) { fields.removeAll { $0.name.lowercased() == "content-length" } }
        return body
    }

    private mutating func chunked(_ random: inout SplitMix64) -> [UInt8] {
        fields.append(("Transfer-Encoding", Array("chunked".utf8)))
        var bytes: [UInt8] = []
        var rest = body[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...max(1, body.count), using: &random))
            rest = rest.dropFirst(part.count)
            bytes += Array(String(part.count, radix: 16).utf8) + [0x0D, 0x0A] + part + [0x0D, 0x0A]
        }
        guard random.chance(1, in: 6) else { return bytes + Array("0\r\n\r\n".utf8) }
        isOdd = true
        let lies = [
            "0\r\nX-Trailer: 1\r\n\r\n", "0\r\n: empty\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n", "0;a=b\r\n\r\n",
            "0\r\n", "",
            "FFFFFFFFFFFFFFFF\r\n", "7FFFFFFFFFFFFFFF\r\nx", "10000000000000000\r\n", "-1\r\n\r\n", "g\r\n\r\n",
            "5\r\nab\r\n",
            "1;" + String(repeating: "e", count: 20_000) + "\r\na\r\n0\r\n\r\n", "00000000000\r\n\r\n",
            "1\r\na0\r\n\r\n",
        ]
        if random.chance(1, in: 4) { fields.append(("Content-Length", Array("3".utf8))) }
        if random.chance(1, in: 4) {
            fields.append(("Transfer-Encoding", Array(random.one(of: ["identity", "gzip", "chunked", ","]).utf8)))
        }
        return bytes + Array(random.one(of: lies).utf8)
    }
}

extension SplitMix64 {
    /// Whether one of so many cases has come.
    mutating func chance(_ cases: Int, in all: Int) -> Bool {
        Int.random(in: 0..<all, using: &self) < cases
    }

    /// One of several.
    mutating func one<T>(of all: [T]) -> T {
        all[Int.random(in: 0..<all.count, using: &self)]
    }
}

extension [UInt8] {
    /// Changes, takes away, doubles or inserts a few bytes, or cuts the rest off.
    fileprivate mutating func mutate(_ random: inout SplitMix64) {
        guard !isEmpty else { return }
        // The head is short, and most of what is read with care: half of the changes go there.
        let end = random.chance(1, in: 2) ? Swift.min(count, 80) : count
        let start = Int.random(in: 0..<end, using: &random)
        let range = start..<Swift.min(count, start + Int.random(in: 1..<9, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: self[start] = UInt8.random(in: 0...255, using: &random)
        case 1: removeSubrange(range)
        case 2: insert(contentsOf: self[range], at: start)
        case 3: insert(random.one(of: [0, 0x09, 0x0A, 0x0D, 0x20, 0x2C, 0x3A, 0x7F, 0x80, 0xFF]), at: start)
        default: removeSubrange(start...)
        }
    }

    /// The same in up to 20 pieces.
    fileprivate func pieces(_ random: inout SplitMix64) -> [[UInt8]] {
        var (pieces, rest) = ([[UInt8]](), self[...])
        while pieces.count < 19, !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...Swift.max(1, Swift.min(rest.count, 200)), using: &random))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return rest.isEmpty ? pieces : pieces + [Array(rest)]
    }
}

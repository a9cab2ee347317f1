/// What a witness answers to add-checkpoint (<https://c2sp.org/tlog-witness@v1.0.0>).
package enum WitnessAnswer: Hashable, Sendable {
    /// 200: cosignatures of the checkpoint, not verified yet.
    case cosigned([NoteSignature])
    /// 400: the body is malformed, or the old size is above the checkpoint's.
    case badRequest
    /// 403: no signature of a known key of the log, or a wrong one.
    case forbidden
    /// 404: the witness does not know the log.
    case unknownLog
    /// 409: the witness cosigned a tree of this size last; the log tries again from there.
    case conflict(size: UInt64)
    /// 422: the proof does not show that the log only grew.
    case unprocessable
    /// Any other status: nothing that the protocol knows.
    case other(status: Int)

    /// The content type of a 409's body.
    package static let sizeContentType = "text/x.tlog.size"
    /// The most bytes of an answer that are worth reading.
    package static let maximumSize = SignedNote.maximumSize

    /// Reads an answer.
    ///
    /// The body matters for 200 and 409 only.
    package init(status: Int, contentType: String?, body: [UInt8]) throws(FormatError) {
        switch status {
        case 200: self = .cosigned(try Self.cosignatures(body))
        case 400: self = .badRequest
        case 403: self = .forbidden
        case 404: self = .unknownLog
        case 409:
            // Proxies answer 409 for reasons of their own.
            guard contentType == Self.sizeContentType else {
                throw FormatError(.answer, "409 without the content type \(Self.sizeContentType)")
            }
            guard body.last == UInt8(ascii: "\n"), let size = Decimal.parse(body.dropLast()) else {
                throw FormatError(.answer, "409 without a decimal number below 2^63 on a line")
            }
            self = .conflict(size: size)
        case 422: self = .unprocessable
        default: self = .other(status: status)
        }
    }

    private static func cosignatures(_ body: [UInt8]) throws(FormatError) -> [NoteSignature] {
        guard body.count <= maximumSize else { throw FormatError(.answer, "larger than \(maximumSize) bytes") }
        let signatures: [NoteSignature]
        do throws(FormatError) {
            signatures = try SignedNote.signatures(body)
        } catch { throw FormatError(.answer, error.reason) }
        guard !signatures.isEmpty else { throw FormatError(.answer, "200 without a signature") }
        return signatures
    }

    /// The status code.
    package var status: Int {
        switch self {
        case .cosigned: 200
        case .badRequest: 400
        case .forbidden: 403
        case .unknownLog: 404
        case .conflict: 409
        case .unprocessable: 422
        case .other(let status): status
        }
    }

    /// The body; empty where the protocol wants none.
    package var body: [UInt8] {
        switch self {
        case .cosigned(let signatures): signatures.flatMap(\.line)
        case .conflict(let size): Decimal.encode(size) + [UInt8(ascii: "\n")]
        default: []
        }
    }

    /// The content type of the body; nil where it does not matter.
    package var contentType: String? {
        if case .conflict = self { Self.sizeContentType } else { nil }
    }
}

extension WitnessAnswer {
    /// The cosignatures of a checkpoint in an answer that known keys made, each verified; others are ignored.
    package static func verified(
        _ signatures: [NoteSignature],
        of checkpoint: SignedCheckpoint,
        by keys: [VerifierKey]
    ) throws(BadSignature) -> [VerifiedSignature] {
        try SignedCheckpoint(checkpoint.checkpoint, signatures: signatures).cosignatures(of: keys)
    }
}

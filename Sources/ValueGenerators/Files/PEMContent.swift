import Foundation
import RotationCore
import SecretMemory
import SwiftASN1
import X509

/// The certificates and private keys of a PEM text (RFC 7468).
struct PEMContent {
    private var certificates: [Certificate] = []
    private var keys: [Certificate.PrivateKey] = []

    /// Why a text is not the expected content.
    enum Failure: Error, Hashable, CustomStringConvertible {
        case notPEM
        case unreadable(String)
        case no(String)
        case notYetValid(Date)
        case expired(Date)
        case expiresSoon(Date)
        case mismatch

        var description: String {
            switch self {
            case .notPEM: "is no PEM text of DER (OpenSSH's own format of keys is none)"
            case .unreadable(let kind): "has a \(kind) that can't be read"
            case .no(let kind): "has no \(kind)"
            case .notYetValid(let date): "its certificate is not valid before \(date.formatted(.iso8601))"
            case .expired(let date): "its certificate has expired at \(date.formatted(.iso8601))"
            case .expiresSoon(let date): "its certificate expires too soon, at \(date.formatted(.iso8601))"
            case .mismatch: "private key and certificate do not match"
            }
        }
    }

    /// Parses a text; parts that are neither certificate nor private key are skipped.
    ///
    /// The parser needs a String, which is not wiped: the content is copied once.
    mutating func add(_ bytes: LockedBytes) throws(Failure) {
        let text = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
        guard let documents = try? PEMDocument.parseMultiple(pemString: text), !documents.isEmpty else { throw .notPEM }
        for document in documents {
            switch document.discriminator {
            case "CERTIFICATE":
                guard let one = try? Certificate(pemDocument: document) else { throw .unreadable("certificate") }
                certificates.append(one)
            case let kind where kind.hasSuffix("PRIVATE KEY"):
                // Encrypted keys are refused too: they can't be checked, and their users would need a password.
                guard let one = try? Certificate.PrivateKey(pemDocument: document) else {
                    throw .unreadable("private key")
                }
                keys.append(one)
            default: break
            }
        }
    }

    /// Checks that the required content exists.
    func check(_ expected: Set<FilePolicy.Content>) throws(Failure) {
        if expected.contains(.certificate) && certificates.isEmpty { throw .no("certificate") }
        if expected.contains(.privateKey) && keys.isEmpty { throw .no("private key") }
        if certificates.isEmpty && keys.isEmpty { throw .no("certificate or private key") }
    }

    /// Checks that the first certificate, which is the holder's own, is valid, and that the private key belongs to it.
    func check(now: Date, validFor: TimeInterval) throws(Failure) {
        guard let own = certificates.first else { return }
        guard own.notValidBefore <= now else { throw .notYetValid(own.notValidBefore) }
        guard now < own.notValidAfter else { throw .expired(own.notValidAfter) }
        guard now.addingTimeInterval(validFor) <= own.notValidAfter else { throw .expiresSoon(own.notValidAfter) }
        guard keys.allSatisfy({ $0.publicKey == own.publicKey }) else { throw .mismatch }
    }
}

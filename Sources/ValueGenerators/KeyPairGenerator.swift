package import AuditLog
import Crypto
import CryptoExtras
import SecretMemory

/// A private key in PEM (RFC 7468; PKCS #8, RFC 5958), and where its public half goes.
package struct KeyPairPolicy: Hashable, Sendable {
    /// What kind of key.
    package enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case ed25519
        case p256
        case rsa3072
        case rsa4096
    }

    package let algorithm: Algorithm
    /// The file that gets the public key in PEM (SubjectPublicKeyInfo) before the hub is told; nil for none.
    @Exact package private(set) var publicFile: String?

    /// - Throws: ``InvalidPolicy`` for a path that is not absolute.
    package init(algorithm: Algorithm = .ed25519, publicFile: String? = nil) throws(InvalidPolicy) {
        if let publicFile, !publicFile.hasPrefix("/") { throw .path(publicFile) }
        self.algorithm = algorithm
        self.publicFile = publicFile
    }

    /// How hard it is to break, in bits: security strengths of NIST SP 800-57, part 1, table 2.
    var strength: Double { 128 }
}

/// Makes key pairs by swift-crypto, whose random source is the kernel's.
struct KeyPairGenerator: ValueGenerator {
    let policy: KeyPairPolicy
    /// Files that no public key may replace.
    let protected: [String]

    var steps: Set<GeneratorStep> { GeneratorSpecification.keyPair(policy).steps }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        do {
            let (secret, publicKey) = try makePair()
            let made = try SecretValue(LockedBytes(copyingText: secret))
            guard let file = policy.publicFile else { return GeneratedValue(value: made) }
            let state = PublicFileState(new: publicKey, old: PublicFile.read(file))
            return GeneratedValue(value: made, state: try state.packed())
        } catch {
            throw .permanent(reason: "no key pair can be made")
        }
    }

    private func makePair() throws -> (secret: String, publicKey: String) {
        switch policy.algorithm {
        case .ed25519:
            let key = Curve25519.Signing.PrivateKey()
            return (key.pemRepresentation, key.publicKey.pemRepresentation)
        case .p256:
            let key = P256.Signing.PrivateKey()
            return (key.pemRepresentation, key.publicKey.pemRepresentation)
        case .rsa3072, .rsa4096:
            let key = try _RSA.Signing.PrivateKey(keySize: policy.algorithm == .rsa3072 ? .bits3072 : .bits4096)
            return (key.pkcs8PEMRepresentation, key.publicKey.pemRepresentation)
        }
    }

    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {
        guard let file = policy.publicFile, let state = made.state.flatMap(PublicFileState.init) else { return }
        guard !PublicFile.isProtected(file, protected) else {
            throw .permanent(reason: "\(file) holds the daemon's own credentials, keys or history")
        }
        let text = step == .install ? state.new : state.old
        // A withdrawal that finds another key than this rotation's leaves it alone.
        if step == .withdraw, PublicFile.read(file) != state.new { return }
        do { try PublicFile.write(text, to: file) } catch { throw .permanent(reason: "\(error)") }
    }
}

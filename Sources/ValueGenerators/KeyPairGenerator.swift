import Crypto
import CryptoExtras
package import RotationCore
import SecretMemory

/// The policy of key pairs: a private key in PEM (RFC 7468; PKCS #8, RFC 5958) as the value, and a file for the public
/// key.
package struct KeyPairPolicy: Hashable, Sendable {
    /// The type of key.
    package enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case ed25519
        case p256
        case rsa3072
        case rsa4096
    }

    package let algorithm: Algorithm
    /// The file for the public key in PEM (SubjectPublicKeyInfo), written before the hub is updated; nil for none.
    @Exact package private(set) var publicFile: String?

    /// - Throws: ``InvalidPolicy`` for a path that is not absolute; the configuration decides which folders are
    ///   allowed.
    package init(algorithm: Algorithm = .ed25519, publicFile: String? = nil) throws(InvalidPolicy) {
        if let publicFile, !publicFile.hasPrefix("/") { throw .path(publicFile) }
        self.algorithm = algorithm
        self.publicFile = publicFile
    }

}

extension KeyPairPolicy: BuiltInPolicy {
    package static let type = "key_pair"
    package static let fileParameters = [
        GeneratorParameter("algorithm", .word(Algorithm.allCases.map(\.rawValue)), standard: "ed25519"),
        GeneratorParameter("public_file", .text),
    ]
    package static func standard() throws(InvalidPolicy) -> KeyPairPolicy { try KeyPairPolicy() }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        try self.init(
            algorithm: parameters.choice("algorithm"),
            publicFile: parameters.textIfPresent("public_file")
        )
    }

    package var parameters: [String: JSONValue] {
        var fields: [String: JSONValue] = ["algorithm": .string(algorithm.rawValue)]
        fields["public_file"] = publicFile.map(JSONValue.string)
        return fields
    }

    /// The strength in bits: security strengths of NIST SP 800-57, part 1, table 2.
    package var entropy: Double? { 128 }
    package var steps: Set<GeneratorStep> { publicFile == nil ? [] : [.install, .withdraw] }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        KeyPairGenerator(policy: self, host: host.files)
    }
}

/// Generates key pairs with swift-crypto, whose random source is the kernel's.
struct KeyPairGenerator: ValueGenerator {
    let policy: KeyPairPolicy
    /// The host of files for public keys; nil if none may be written, as in `generate`.
    let host: FileHost?

    var steps: Set<GeneratorStep> { policy.steps }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        var old: String?
        if let path = policy.publicFile, host != nil {
            let file = try publicFile(path, context)
            old = try await Self.onDisk { () throws(PublicFolder.Failure) in try file.replaceable() }
        }
        do {
            let (secret, publicKey) = try makePair()
            let made = try SecretValue(LockedBytes(copyingText: secret))
            guard policy.publicFile != nil else { return GeneratedValue(value: made) }
            return GeneratedValue(value: made, state: try PublicFileState(new: publicKey, old: old).packed())
        } catch {
            throw .permanent(reason: "no key pair can be generated")
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
        guard let path = policy.publicFile, let state = made.state.flatMap(PublicFileState.init) else { return }
        let file = try publicFile(path, context)
        try await Self.onDisk { () throws(PublicFolder.Failure) in
            switch step {
            case .install: try file.install(state, rotation: context.rotation)
            case .withdraw: try file.withdraw(state, rotation: context.rotation)
            case .test, .finish: break
            }
        }
    }

    private func publicFile(_ path: String, _ context: GeneratorContext) throws(GeneratorError) -> PublicFile {
        guard let host else { throw .permanent(reason: "\(path): public keys are written only by the daemon") }
        return PublicFile(path, host, hub: context.hub, alias: context.alias)
    }

    /// Runs file operations on the file queue, so that a hanging disk blocks no rotation; a step that timed out ends
    /// before its repetition starts.
    private static func onDisk<T: Sendable>(
        _ body: @escaping @Sendable () throws(PublicFolder.Failure) -> T
    ) async throws(GeneratorError) -> T {
        let result = await FileQueue.shared.run { Result { () throws(PublicFolder.Failure) in try body() } }
        switch result {
        case .success(let value)?: return value
        case .failure(let failure)? where failure.isTransient: throw .tryAgain(StepFailure(.generate, .unable))
        case .failure(let failure)?: throw .permanent(reason: "\(failure)")
        case nil: throw .tryAgain(StepFailure(.generate, .unable))
        }
    }
}

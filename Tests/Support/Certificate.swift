package import NIOSSL
import Subprocess

/// A self-signed certificate, made by `openssl` in a folder.
package struct Certificate {
    /// The certificate's PEM file.
    package let certificateFile: String
    private let keyFile: String

    /// Makes one for an alternative name, such as `IP:127.0.0.1` or `DNS:example.com`.
    ///
    /// - Parameter file: The first part of its files' names.
    package init(for name: String, in folder: TemporaryFolder, file: String = "certificate") async throws {
        certificateFile = folder.file("\(file).pem")
        keyFile = folder.file("\(file).key")
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=test", "-addext", "subjectAltName=\(name)", "-keyout", keyFile, "-out", certificateFile,
        ]
        let result = try await run(.name("openssl"), arguments: Arguments(arguments), output: .discarded)
        guard result.terminationStatus.isSuccess else { throw NeverHappened(description: "openssl made a certificate") }
    }

    /// A server's side of TLS with it.
    ///
    /// - Parameter newest: The newest version that the server speaks; it speaks all older ones, too.
    package func serverContext(newest: TLSVersion? = nil) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain,
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = newest
        return try NIOSSLContext(configuration: configuration)
    }
}

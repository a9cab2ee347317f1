import NIOSSL
import Subprocess
import TestSupport
import Testing

/// A self-signed certificate, made by `openssl` in a folder.
struct Certificate {
    let certificateFile: String
    let keyFile: String

    /// Makes one for an alternative name, such as `IP:127.0.0.1` or `DNS:example.com`.
    init(for name: String, in folder: TemporaryFolder) async throws {
        certificateFile = folder.file("certificate.pem")
        keyFile = folder.file("key.pem")
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=test", "-addext", "subjectAltName=\(name)", "-keyout", keyFile, "-out", certificateFile,
        ]
        let result = try await run(.name("openssl"), arguments: Arguments(arguments), output: .discarded)
        try #require(result.terminationStatus.isSuccess)
    }

    /// A server's side of TLS with it.
    func serverContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain,
            privateKey: .privateKey(key)
        )
        return try NIOSSLContext(configuration: configuration)
    }
}

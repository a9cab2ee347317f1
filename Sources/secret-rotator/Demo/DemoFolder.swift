import ControlAPI
import Foundation
import Glibc
import RotationConfiguration
import RotationDaemon
import RotationStore

/// The demonstration's temporary folder: keys, token, configuration and database.
struct DemoFolder: Sendable {
    let path: String
    /// The sandbox's token, which is valid nowhere else.
    static let token = "demo-token"

    private static var temporary: String {
        let folder = NSTemporaryDirectory()
        return folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    init() throws {
        var template = Array("\(Self.temporary)/secret-rotator-demo.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ControlFailure(
                status: .inputOutput,
                message: "no temporary folder: \(String(cString: strerror(errno)))"
            )
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes keys and a configuration with a hub on the given port.
    func configuration(port: Int) throws -> Configuration {
        try write("token", Self.token + "\n")
        try write("staging.key", StagingKey.makeFileText())
        let text = """
            database: \(path)/rotator.db
            hubs:
              demo:
                url: http://127.0.0.1:\(port)/api
                context: acme
                token: file:\(path)/token
                timeout: 2s
            retry: {base: 300ms, cap: 1s}
            keys: {staging: "file:\(path)/staging.key"}
            """
        try write("secret-rotator.yaml", text)
        return try Configuration.load("\(path)/secret-rotator.yaml")
    }

    private func write(_ name: String, _ text: String) throws {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        let file = "\(path)/\(name)"
        guard FileManager.default.createFile(atPath: file, contents: Data(text.utf8), attributes: attributes) else {
            throw ControlFailure(status: .inputOutput, message: "\(file) can't be written")
        }
    }
}

import Foundation

/// A file of the repository whose text comes from the source: a test writes it, and holds it against the source.
///
/// With `SECRET_ROTATOR_RECORD=1` in the environment it is written anew; read the difference before you commit it.
package enum RecordedFile {
    /// The repository's folder.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    /// The first lines in which a file differs from a text; empty for none.
    ///
    /// - Parameter path: The file's path in the repository.
    package static func changes(_ text: String, _ path: String) throws -> [String] {
        let file = root.appending(path: path).standardizedFileURL
        if ProcessInfo.processInfo.environment["SECRET_ROTATOR_RECORD"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return lines(text).difference(from: lines(kept)).prefix(20).map { change in
            switch change {
            case .insert(let line, let text, _): "+\(line + 1) \(text)"
            case .remove(let line, let text, _): "-\(line + 1) \(text)"
            }
        }
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

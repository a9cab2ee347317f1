import ControlAPI
import Reporting

extension OutputFile {
    /// Runs a closure; a file that can't be written is a failure of input and output.
    @discardableResult
    static func reporting<T>(_ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as OutputFile.Failure {
            throw ControlFailure(status: .inputOutput, message: "\(error)")
        }
    }

    /// Writes a text to a file that only its owner may read.
    ///
    /// - Parameter path: Its name; nil for standard output.
    /// - Returns: The SHA-256 of its bytes, in hexadecimal.
    @discardableResult
    static func write(_ text: String, to path: String?) throws(Failure) -> String {
        let file = try OutputFile(path: path)
        try file.append(text.utf8)
        return try file.finish()
    }
}

import CLinux
package import ControlAPI
import Glibc

/// Flushes standard output, which is buffered unless it is a terminal.
///
/// - Throws: `ControlFailure` if it can't be written: a truncated export must not look complete.
package func flushOutput() throws(ControlFailure) {
    let code = clinux_flush_output()
    guard code == 0 else { throw unwritable(code) }
}

/// Writes a line to standard output, as it is, and a newline.
///
/// - Throws: `ControlFailure` if it can't be written.
package func putLine(_ line: UnsafeRawBufferPointer) throws(ControlFailure) {
    let code = clinux_put_line(line.baseAddress, line.count)
    guard code == 0 else { throw unwritable(code) }
}

private func unwritable(_ code: Int32) -> ControlFailure {
    let reason = String(cString: strerror(code))
    return ControlFailure(status: .inputOutput, message: "standard output could not be written: \(reason)")
}

import CLinux
package import ControlAPI
import Glibc

/// Flushes standard output, which is buffered unless it is a terminal.
///
/// - Throws: `ControlFailure` if it can't be written: a truncated export must not look complete.
package func flushOutput() throws(ControlFailure) {
    let code = clinux_flush_output()
    guard code == 0 else {
        let reason = String(cString: strerror(code))
        throw ControlFailure(status: .inputOutput, message: "standard output could not be written: \(reason)")
    }
}

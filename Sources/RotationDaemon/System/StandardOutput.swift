import CLinux
package import ControlAPI
import Glibc

/// Sends on what was printed to standard output, which is buffered where it is no terminal.
///
/// - Throws: `ControlFailure` where it could not be written: an export that was cut off must not look like a whole one.
package func flushOutput() throws(ControlFailure) {
    let code = clinux_flush_output()
    guard code == 0 else {
        let reason = String(cString: strerror(code))
        throw ControlFailure(status: .inputOutput, message: "standard output could not be written: \(reason)")
    }
}

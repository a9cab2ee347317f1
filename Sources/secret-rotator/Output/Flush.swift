import Glibc

/// Sends on what was printed: standard output is buffered where it is no terminal.
func flushOutput() {
    fflush(nil)
}

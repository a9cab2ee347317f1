import RotationDaemon

/// Prints a text for people on standard output, with unprintable characters escaped; not for tables and JSON.
func printText(_ text: String) {
    print(printable(text))
}

/// Prints a text for people on standard error, without adding a newline.
func printError(_ text: String) {
    standardError(printable(text))
}

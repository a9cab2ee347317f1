import RotationDaemon

/// Prints a text for people on standard output; tables print themselves, and JSON is printed as it is.
func printText(_ text: String) {
    print(printable(text))
}

/// Prints a text for people on standard error, without a newline of its own.
func printError(_ text: String) {
    standardError(printable(text))
}

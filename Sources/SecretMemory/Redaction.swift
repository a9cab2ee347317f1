/// The text that replaces a secret in output.
package let redacted = "<redacted>"

/// A type whose content must never be shown.
package protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var description: String { redacted }
    package var debugDescription: String { redacted }
    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

extension LockedBytes: Redacted {}
extension SecretValue: Redacted {}
extension AccessToken: Redacted {}

// Interpolating a secret into a string is a compile-time error.
extension DefaultStringInterpolation {
    /// Does not compile: a secret has no text.
    @available(*, unavailable, message: "a secret can't be interpolated")
    package mutating func appendInterpolation(_ secret: SecretValue) {}

    /// Does not compile: a token has no text.
    @available(*, unavailable, message: "a token can't be interpolated")
    package mutating func appendInterpolation(_ secret: AccessToken) {}

    /// Does not compile: locked bytes have no text.
    @available(*, unavailable, message: "locked bytes can't be interpolated")
    package mutating func appendInterpolation(_ secret: LockedBytes) {}
}

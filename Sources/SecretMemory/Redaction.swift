/// What is shown in a secret's place.
package let redacted = "<redacted>"

/// A type of which nothing may be shown.
package protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var description: String { redacted }
    package var debugDescription: String { redacted }
    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

extension LockedBytes: Redacted {}
extension SecretValue: Redacted {}
extension AccessToken: Redacted {}

// A string literal that interpolates a secret is a mistake: the compiler says so.
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

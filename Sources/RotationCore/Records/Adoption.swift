/// What a schedule knows of the value in force, where its values come from an external source.
///
/// A schedule whose generator makes its values has adopted nothing.
package enum Adoption: Hashable, Sendable {
    /// Not known yet: the content at the next look is taken as the value in force, and nothing rotates.
    case notYet
    /// The value in force is unknown, or a rotation was requested: whatever the source holds is delivered.
    case deliverWhatever
    /// The keyed fingerprint of the value in force: it was there at the first look, or was delivered since.
    case adopted([UInt8])

    /// The keyed fingerprint of the value in force; nil if it is not known.
    package var fingerprint: [UInt8]? {
        if case .adopted(let fingerprint) = self { fingerprint } else { nil }
    }

    /// Whether one of several fingerprints is that of the value in force.
    func isAmong(_ fingerprints: [[UInt8]]) -> Bool {
        fingerprint.map(fingerprints.contains) ?? false
    }
}

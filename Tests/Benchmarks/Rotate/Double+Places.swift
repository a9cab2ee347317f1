import Foundation

extension Double {
    /// The number with so many decimal places.
    func formatted(places: Int) -> String { String(format: "%.\(places)f", self) }
}

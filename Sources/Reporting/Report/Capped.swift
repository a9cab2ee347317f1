/// The first or last elements of many, and how many there were: what a table of a report shows.
package struct Capped<Element> {
    /// The elements to show.
    package private(set) var shown: [Element] = []
    /// How many there were.
    package private(set) var count = 0
    /// How many are shown at most.
    package let limit: Int
    private let precedes: (Element, Element) -> Bool

    /// - Parameter precedes: Whether an element is shown before another one, and rather than it.
    package init(limit: Int, by precedes: @escaping (Element, Element) -> Bool) {
        (self.limit, self.precedes) = (limit, precedes)
    }

    /// How many are not shown.
    package var omitted: Int { count - shown.count }

    package mutating func add(_ element: Element) {
        count += 1
        shown.append(element)
        if shown.count >= 2 * limit { trim() }
    }

    /// Sorts the elements, and keeps those to show.
    package mutating func trim() {
        shown.sort(by: precedes)
        shown.removeLast(max(0, shown.count - limit))
    }

    /// The same, once all elements were added.
    package func trimmed() -> Self {
        var result = self
        result.trim()
        return result
    }

    /// Changes what is shown.
    package mutating func update(_ change: (inout Element) throws -> Void) rethrows {
        for index in shown.indices { try change(&shown[index]) }
    }
}

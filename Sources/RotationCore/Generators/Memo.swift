import Synchronization

/// Remembers what was computed for a key: of very many schedules most have one of a few generators.
package final class Memo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let values = Mutex<[Key: Value]>([:])
    private let limit: Int

    /// - Parameter limit: How many values are kept; all are forgotten then, so that memory stays bounded.
    package init(limit: Int = 256) {
        self.limit = limit
    }

    /// The value of a key, which is computed unless it is remembered.
    package func value(for key: Key, _ compute: () -> Value) -> Value {
        if let known = values.withLock({ $0[key] }) { return known }
        // Outside the lock: two who come at once compute the same.
        let value = compute()
        values.withLock { values in
            if values.count >= limit { values.removeAll() }
            values[key] = value
        }
        return value
    }
}

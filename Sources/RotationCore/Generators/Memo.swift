import Synchronization

/// A cache of computed values by key: of very many schedules most have one of a few generators.
package final class Memo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let values = Mutex<[Key: Value]>([:])
    private let limit: Int

    /// - Parameter limit: The largest number of values; beyond it the cache is emptied, so that memory stays bounded.
    package init(limit: Int = 256) {
        self.limit = limit
    }

    /// Returns the cached value of a key, or computes it.
    package func value(for key: Key, _ compute: () -> Value) -> Value {
        if let known = values.withLock({ $0[key] }) { return known }
        // Outside the lock: concurrent callers may compute the same value twice.
        let value = compute()
        values.withLock { values in
            if values.count >= limit { values.removeAll() }
            values[key] = value
        }
        return value
    }
}

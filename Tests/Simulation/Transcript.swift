import RotationCore
import Scheduling
import Synchronization

/// A hash of what the hubs of a run have received and answered, in the order in which they did.
final class Transcript: Sendable {
    private let hash = Mutex(FNV1a())

    init() {}

    /// The hash of all that was noted.
    var value: UInt64 { hash.withLock { $0.value } }

    /// Notes a request, has it answered, and notes the answer.
    ///
    /// - Parameters:
    ///   - request: What is asked of which hub and secret.
    ///   - value: The value that is sent; empty for none.
    ///   - time: When.
    func record<T, Failure: Error>(
        _ request: String,
        _ value: [UInt8] = [],
        at time: SimulatedTime,
        _ body: () async throws(Failure) -> T
    ) async throws(Failure) -> T {
        note(request, value, at: time)
        do {
            let answer = try await body()
            note("\(request): \(answer)", at: time)
            return answer
        } catch {
            note("\(request): \(error)", at: time)
            throw error
        }
    }

    private func note(_ text: String, _ value: [UInt8] = [], at time: SimulatedTime) {
        let (now, uptime) = (time.now, time.uptime)
        hash.withLock { hash in
            hash.combine(UInt64(bitPattern: now.rawValue))
            hash.combine(UInt64(bitPattern: uptime.milliseconds))
            hash.combine(text)
            for byte in value { hash.combine(byte) }
        }
    }
}

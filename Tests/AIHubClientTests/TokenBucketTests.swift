import AIHubClient
import RotationCore
import Testing

struct TokenBucketTests {
    private let start = ContinuousClock.Instant.now

    /// How long after `start` each of several requests may be sent that all come at `offset`.
    private func waits(_ bucket: inout TokenBucket, _ count: Int, at offset: Duration = .zero) -> [Duration] {
        (0..<count).map { _ in start.duration(to: bucket.reserve(now: start + offset)) }
    }

    @Test(arguments: [
        ("3/s", 3, Duration.seconds(1) / 3),
        ("10/s", 10, .milliseconds(100)),
        ("1/s", 1, .seconds(1)),
        ("30/m", 1, .seconds(2)),
        ("2/h", 1, .seconds(1800)),
    ])
    func burstIsOneSecondsWorthThenSpacingIsTheInterval(text: String, burst: Int, interval: Duration) throws {
        var bucket = TokenBucket(rate: try #require(RequestRate(text)), now: start)
        let atOnce = waits(&bucket, burst)
        #expect(atOnce == Array(repeating: .zero, count: burst))
        let later = waits(&bucket, 3)
        for (index, wait) in later.enumerated() {
            let expected = interval * (index + 1)
            #expect(abs((wait - expected) / .nanoseconds(1)) < 10)
        }
    }

    @Test func emptyBucketFillsAsTimePasses() throws {
        var bucket = TokenBucket(rate: try #require(RequestRate("10/s")), now: start)
        _ = waits(&bucket, 10)
        let half = waits(&bucket, 6, at: .milliseconds(500))
        #expect(half == Array(repeating: .milliseconds(500), count: 5) + [.milliseconds(600)])
    }

    @Test func idleTimeNeverSavesMoreThanOneBurst() throws {
        var bucket = TokenBucket(rate: try #require(RequestRate("10/s")), now: start)
        let hour = Duration.seconds(3600)
        let waits = waits(&bucket, 12, at: hour)
        #expect(waits.prefix(10).allSatisfy { $0 == hour })
        #expect(waits.suffix(2) == [hour + .milliseconds(100), hour + .milliseconds(200)])
    }

    @Test func aStartIsNeverInThePast() throws {
        var bucket = TokenBucket(rate: try #require(RequestRate("5/s")), now: start)
        for step in 0..<200 {
            let now = start + .milliseconds(step * 37 % 900)
            #expect(bucket.reserve(now: now) >= now)
        }
    }
}

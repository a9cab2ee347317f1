import RotationCore
import Scheduling
import TestSupport
import Testing

@testable import Notifications

/// What a receiver is told, and when.
struct CorrespondenceTests {
    private static func condition(_ subject: String, _ occurrence: String = "1") -> Condition {
        Condition(.failing, "schedule_failing", subject: subject, occurrence: occurrence, since: nil, text: "fails")
    }

    private static func open(_ conditions: Condition...) -> [Condition.Key: Condition] {
        Dictionary(conditions.map { ($0.key, $0) }) { $1 }
    }

    private static func rate(_ text: String = "100/s") throws -> RequestRate { try #require(RequestRate(text)) }

    private static func changes(_ step: Correspondence.Step) -> [String]? {
        guard case .send(let notice) = step else { return nil }
        return notice.changes.map { "\($0.isOpen ? "+" : "-")\($0.condition.subject)" }
    }

    /// Delivers what is next.
    private static func tell(
        _ correspondence: inout Correspondence,
        _ open: [Condition.Key: Condition],
        now: Duration
    ) -> [String]? {
        let step = correspondence.next(open, now: now)
        if case .send(let notice) = step { correspondence.delivered(notice, now: now) }
        return changes(step)
    }

    @Test func conditionIsToldOnceAndItsEndOnce() throws {
        var all = Correspondence(told: [], rate: try Self.rate())
        let open = Self.open(Self.condition("a"))
        #expect(Self.tell(&all, open, now: .seconds(1)) == ["+a"])
        #expect(all.next(open, now: .seconds(2)) == .idle)
        #expect(Self.tell(&all, [:], now: .seconds(3)) == ["-a"])
        #expect(all.next([:], now: .seconds(4)) == .idle)
    }

    @Test func restartRepeatsNothing() throws {
        var all = Correspondence(told: [Self.condition("a"), Self.condition("b")], rate: try Self.rate())
        #expect(all.next(Self.open(Self.condition("a"), Self.condition("b")), now: .zero) == .idle)
        #expect(Self.tell(&all, Self.open(Self.condition("b")), now: .zero) == ["-a"])
    }

    @Test func anotherOccurrenceIsTold() throws {
        var all = Correspondence(told: [Self.condition("a", "1")], rate: try Self.rate())
        #expect(Self.tell(&all, Self.open(Self.condition("a", "2")), now: .zero) == ["+a"])
    }

    /// A text that grows, such as a count of failures, is no news.
    @Test func anotherTextIsNoNews() throws {
        var all = Correspondence(told: [Self.condition("a")], rate: try Self.rate())
        var condition = Self.condition("a")
        condition.text = "fails again"
        #expect(all.next(Self.open(condition), now: .zero) == .idle)
    }

    @Test func whatIsHeldBackIsInTheNextMessage() throws {
        var all = Correspondence(told: [], rate: try Self.rate("2/h"))
        #expect(Self.tell(&all, Self.open(Self.condition("a")), now: .seconds(10)) == ["+a"])
        #expect(Self.tell(&all, Self.open(Self.condition("a"), Self.condition("b")), now: .seconds(20)) == ["+b"])
        let now = Self.open(Self.condition("a"), Self.condition("c"), Self.condition("d"))
        let step = all.next(now, now: .seconds(30))
        // Half an hour after the first one.
        #expect(step == .wait(until: .seconds(1810)))
        #expect(Self.tell(&all, now, now: .seconds(1810)) == ["+c", "+d", "-b"])
    }

    @Test func whatCameAndWentWhileHeldBackIsCounted() throws {
        var all = Correspondence(told: [], rate: try Self.rate("1/h"))
        #expect(Self.tell(&all, Self.open(Self.condition("a")), now: .zero) == ["+a"])
        _ = all.next(Self.open(Self.condition("a"), Self.condition("b")), now: .seconds(1))
        _ = all.next(Self.open(Self.condition("a")), now: .seconds(2))
        guard case .send(let notice) = all.next([:], now: .seconds(3600)) else {
            Issue.record("nothing is sent")
            return
        }
        #expect(notice.passed == 1)
        all.delivered(notice, now: .seconds(3600))
        guard case .send(let next) = all.next(Self.open(Self.condition("z")), now: .seconds(7200)) else { return }
        #expect(next.passed == 0)
    }

    @Test func failureIsRepeatedEverMoreRarely() throws {
        var all = Correspondence(told: [], rate: try Self.rate())
        let open = Self.open(Self.condition("a"))
        var (now, waits) = (Duration.seconds(100), [Duration]())
        for _ in 0..<11 {
            guard case .send = all.next(open, now: now) else { break }
            all.failed(now: now)
            guard case .wait(let instant) = all.next(open, now: now) else { break }
            waits.append(instant - now)
            now = instant
        }
        #expect(waits.map { Int($0 / .seconds(1)) } == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        #expect(Self.tell(&all, open, now: now) == ["+a"])
    }

    /// Whatever begins and ends, fails and is held back: in the end the receiver knows what is open, there were no more messages than
    /// the rate allows, and no message repeats one.
    @Test(arguments: (0..<50).map { UInt64($0) })
    func receiverKnowsWhatIsOpen(seed: UInt64) throws {
        var dice = SplitMix64(seed: seed)
        var all = Correspondence(told: [], rate: try Self.rate("5/m"))
        var (open, known, sent) = ([Condition.Key: Condition](), [String: String](), [Duration]())
        var now = Duration.zero
        for step in 0..<400 {
            let condition = Self.condition("s\(Int.random(in: 0..<6, using: &dice))", "\(step)")
            if step < 300 {
                open[condition.key] = Bool.random(using: &dice) ? condition : nil
            }
            now += .milliseconds(Int.random(in: 0...8000, using: &dice))
            guard case .send(let notice) = all.next(open, now: now) else { continue }
            if step < 300, Int.random(in: 0..<4, using: &dice) == 0 {
                all.failed(now: now)
                continue
            }
            for change in notice.changes {
                let (subject, occurrence) = (change.condition.subject, change.condition.occurrence)
                if change.isOpen {
                    #expect(known[subject] != occurrence, "seed \(seed): told twice")
                    known[subject] = occurrence
                } else {
                    #expect(known[subject] != nil, "seed \(seed): resolved, and never open")
                    known[subject] = nil
                }
            }
            sent.append(now)
            all.delivered(notice, now: now)
        }
        #expect(
            known == Dictionary(uniqueKeysWithValues: open.values.map { ($0.subject, $0.occurrence) }),
            "seed \(seed)"
        )
        for (first, last) in zip(sent, sent.dropFirst(5)) where last - first < .seconds(12) {
            Issue.record("seed \(seed): six messages within \(last - first)")
        }
        let count = sent.count { $0 >= .seconds(600) && $0 < .seconds(660) }
        #expect(count <= 10, "seed \(seed): \(count) messages in a minute")
    }

    @Test func messageIsOneObjectWithStableKeys() throws {
        var conditions = (1...60).map { Self.condition("s\($0 < 10 ? "0" : "")\($0)") }
        conditions[0].since = .init(milliseconds: 0)
        let changes = conditions.map { Notice.Change(condition: $0, isOpen: $0.subject != "s02") }
        let json = Notice(changes: changes, passed: 3).json(
            receiver: "pager",
            host: "ops1",
            now: .init(milliseconds: 1)
        )
        guard case .object(let object) = json, case .array(let listed)? = object["changes"] else {
            Issue.record("no object")
            return
        }
        #expect(
            object.keys.sorted() == ["changes", "count", "host", "notification", "passed", "text", "time", "version"]
        )
        #expect(listed.count == 50 && object["count"] == 60 && object["passed"] == 3)
        #expect(
            listed.first
                == [
                    "kind": "failing", "problem": "schedule_failing", "since": "1970-01-01T00:00:00.000Z",
                    "state": "open", "subject": "s01", "text": "fails",
                ]
        )
        #expect(object["text"] == "ops1: s01 fails; resolved: s02 fails; s03 fails; and 57 more")
    }
}

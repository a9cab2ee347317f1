import RotationCore
import Scheduling
import TestSupport
import Testing

/// What a hub lists of one secret, held against the history: tables of cases on rows in memory.
struct DriftComparisonTests {
    private static let now = MemoryRows.now
    private static let ours = TokenOwner(user: "us", count: TokenOwner.threshold)
    private static let comparison = DriftComparison(
        owner: ours,
        sentAt: now.advanced(by: .seconds(-10)),
        now: now
    )

    /// A secret that was delivered an hour ago; the hub has shown 5, then ours, 7.
    private static func known(_ change: (inout KnownSecret) -> Void = { _ in }) -> DriftComparison.Row {
        var known = KnownSecret(anchor: now.advanced(by: .seconds(-90_000)))
        known.delivery = .init(
            rotation: MemoryRows.id(1),
            endedAt: now.advanced(by: .seconds(-3600)),
            isAmbiguous: false,
            seen: [5, 7]
        )
        known.newest = MemoryRows.id(1)
        known.seenUpdates = [5, 7]
        change(&known)
        return .known(known)
    }

    private static func listed(_ updatedAt: Int64?, by user: String? = "us") -> ListedSecret {
        ListedSecret(alias: "a", updatedAt: updatedAt, lastUpdatedBy: user)
    }

    private static func kinds(
        _ listed: ListedSecret?,
        _ row: DriftComparison.Row,
        before: DriftComparison.Row? = nil,
        stored: [DriftFinding] = []
    ) -> [DriftKind]? {
        comparison.findings(listed, before: before ?? row, after: row, stored: stored)?.map(\.kind)
    }

    @Test func whatOurDeliveryHasLeftIsNoDrift() {
        #expect(Self.kinds(Self.listed(7), Self.known()) == [])
        // A stale replica.
        #expect(Self.kinds(Self.listed(5), Self.known()) == [])
        // Nothing to compare with.
        #expect(Self.kinds(Self.listed(nil), Self.known()) == [])
        #expect(Self.kinds(Self.listed(9, by: "other"), Self.known { $0.delivery = nil }) == [])
    }

    @Test func anotherUpdateIsAChange() throws {
        let found = try #require(
            Self.comparison.findings(Self.listed(9, by: "other"), before: Self.known(), after: Self.known())
        )
        #expect(found == [DriftFinding(.changed, updatedAt: 9, lastSeen: 7, lastUpdatedBy: "other")])
        // Also one with our own token: nothing of ours has made it.
        #expect(Self.kinds(Self.listed(9), Self.known()) == [.changed])
        // And one that a later preflight has seen: it is not ours for that.
        #expect(Self.kinds(Self.listed(9), Self.known { $0.seenUpdates = [5, 7, 9] }) == [.changed])
    }

    /// What we have done since leaves an `updated_at` that nobody has listed; only a foreign user tells then.
    @Test(arguments: [nil, "us"] as [String?])
    func changeOfOursIsNoDrift(user: String?) {
        let byHand = Self.known { $0.changedByHandAt = Self.now.advanced(by: .seconds(-60)) }
        let attempted = Self.known { $0.hasLaterAttempt = true }
        let late = Self.known {
            $0.delivery?.isAmbiguous = true
            $0.newest = MemoryRows.id(2)
        }
        for row in [byHand, attempted, late] {
            #expect(Self.kinds(Self.listed(9, by: user), row) == [])
            #expect(Self.kinds(Self.listed(9, by: "other"), row) == [.changed])
        }
        // Before the delivery it does not count.
        let earlier = Self.known { $0.changedByHandAt = Self.now.advanced(by: .seconds(-7200)) }
        #expect(Self.kinds(Self.listed(9, by: user), earlier) == [.changed])
    }

    /// A late value of the delivery's own was seen at the end of its hold.
    @Test func lateValueOfTheDeliveryIsExplained() {
        let late = { (isUnknown: Bool) in
            Self.known {
                $0.delivery?.isAmbiguous = true
                $0.seenUpdates = [5, 7, 9]
                $0.isValueUnknown = isUnknown
            }
        }
        #expect(Self.kinds(Self.listed(9), late(false)) == [])
        #expect(Self.kinds(Self.listed(9), late(true)) == [.changed])
        #expect(Self.kinds(Self.listed(11), late(false)) == [.changed])
    }

    @Test func secretInMotionIsNotJudged() {
        let rows: [DriftComparison.Row] = [
            Self.known { $0.isRotating = true }, Self.known { $0.hasLook = true },
            Self.known { $0.heldUntil = Self.now },
            // The hold has ended while the list was on its way.
            Self.known { $0.heldUntil = Self.now.advanced(by: .seconds(-5)) },
            .unreadable,
        ]
        for row in rows {
            #expect(Self.kinds(Self.listed(9), row) == nil)
            #expect(Self.kinds(nil, row) == nil)
        }
        #expect(Self.kinds(nil, Self.known { $0.heldUntil = Self.now.advanced(by: .seconds(-11)) }) == [.missing])
    }

    /// A rotation, a change by hand or an edit during the list.
    @Test func secretThatMovedSinceTheListIsNotJudged() {
        let rows: [DriftComparison.Row] = [
            .none, Self.known { $0.newest = MemoryRows.id(2) }, Self.known { $0.changedByHandAt = Self.now },
            Self.known { $0.delivery?.seen.append(9) },
        ]
        for before in rows { #expect(Self.kinds(Self.listed(9), Self.known(), before: before) == nil) }
        #expect(Self.kinds(Self.listed(9), .none, before: Self.known()) == nil)
    }

    @Test func missingAndUnmanagedAreFound() {
        #expect(Self.kinds(nil, Self.known()) == [.missing])
        #expect(Self.kinds(nil, Self.known { $0.delivery = nil }) == [.missing])
        #expect(Self.kinds(Self.listed(9), .none) == [.unmanaged])
        #expect(Self.kinds(nil, .none) == [])
    }

    @Test func overdueIsFoundUnlessPaused() {
        let expiry = Self.now.advanced(by: .seconds(-1))
        #expect(Self.kinds(Self.listed(7), Self.known { $0.expiry = expiry }) == [.overdue])
        #expect(Self.kinds(nil, Self.known { $0.expiry = expiry }) == [.missing, .overdue])
        #expect(Self.kinds(Self.listed(7), Self.known { $0.expiry = Self.now.advanced(by: .seconds(1)) }) == [])
        let paused = { (until: Instant?) in
            Self.known {
                $0.expiry = expiry
                $0.pause = .init(since: expiry, until: until)
            }
        }
        #expect(Self.kinds(Self.listed(7), paused(nil)) == [])
        #expect(Self.kinds(Self.listed(7), paused(Self.now.advanced(by: .seconds(1)))) == [])
        #expect(Self.kinds(Self.listed(7), paused(Self.now)) == [.overdue])
    }

    /// A replica that is behind does not end what a newer one has shown.
    @Test func staleListKeepsAChange() {
        let before = [DriftFinding(.changed, updatedAt: 9)]
        #expect(Self.kinds(Self.listed(7), Self.known(), stored: before) == [.changed])
        let byHand = Self.known { $0.changedByHandAt = Self.now }
        #expect(Self.kinds(Self.listed(7), byHand, stored: before) == [])
    }

    @Test func anotherUpdateIsAnotherFinding() {
        let first = DriftFinding(.changed, updatedAt: 9)
        #expect(first.isSame(as: first))
        #expect(!DriftFinding(.changed, updatedAt: 10).isSame(as: first))
        #expect(!DriftFinding(.missing).isSame(as: first))
        let logged = DriftFinding(.unknownChange, at: Self.now)
        #expect(!DriftFinding(.unknownChange, at: Self.now.advanced(by: .seconds(1))).isSame(as: logged))
        #expect(DriftFinding(.unknownChange, at: Self.now.advanced(by: .seconds(-1))).isSame(as: logged))
    }

    /// An attempt of 5 s, with a time-out of 30 s and a minute of skew.
    @Test(arguments: [
        (-91, false, false), (-90, false, true), (0, false, true), (95, false, true), (96, false, false),
        (395, true, true), (396, true, false),
    ])
    func attemptExplainsAChangeNearIt(seconds: Int, isAmbiguous: Bool, expected: Bool) {
        let attempt = OwnAttempt(
            startedAt: Self.now,
            endedAt: Self.now.advanced(by: .seconds(5)),
            isAmbiguous: isAmbiguous
        )
        let change = Self.now.advanced(by: .seconds(seconds))
        #expect(attempt.explains(change, timeout: .seconds(30), lateHold: .seconds(300)) == expected)
    }

    /// What prepared a secret before it had a schedule is nobody's drift.
    @Test func changesBeforeTheScheduleDoNotCount() throws {
        let alias = try #require(SecretAlias("a"))
        let change = HubAuditEntry(time: Self.now.advanced(by: .seconds(-90_001)), alias: alias, operation: .create)
        guard case .known(let delivered) = Self.known(), case .known(let fresh) = Self.known({ $0.delivery = nil })
        else { return }
        #expect(delivered.concerns(change))
        #expect(!fresh.concerns(change))
    }
}

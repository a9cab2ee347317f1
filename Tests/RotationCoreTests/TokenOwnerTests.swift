import RotationCore
import Testing

struct TokenOwnerTests {
    private static func after(_ users: [String?]) -> TokenOwner {
        users.reduce(TokenOwner()) { $0.after($1) }
    }

    @Test(
        arguments: [
            ([], nil), (["a", "a"], nil), (["a", "a", "a"], "a"), (["a", nil, "a", "a"], "a"), (["b", "a", "a"], nil),
            (["a", "b", "a", "b"], nil), (["a", "a", "a", "b", "b"], "a"),
            (["a", "a", "a", "b", "b", "b", "b", "b"], "b"),
            (["a", "a", "a", "b", "b", "b", "b", "a", "b"], "a"), (["a", "a", "a", "b", "c", "b", "c", "b"], "a"),
        ] as [([String?], String?)]
    )
    func userIsKnownAfterSeveralUpdatesInARow(_ users: [String?], _ known: String?) {
        #expect(Self.after(users).known == known)
    }

    @Test func onlyAUserThatIsKnownMakesOthersForeign() {
        #expect(!Self.after(["a", "a"]).isForeign("b"))
        let known = Self.after(["a", "a", "a"])
        #expect(known.isForeign("b") && !known.isForeign("a") && !known.isForeign(nil))
        // A token of another user: named once more it is known, and that very update is ours.
        #expect(known.after("b").isForeign("b"))
        let almost = (0..<4).reduce(known) { owner, _ in owner.after("b") }
        #expect(!almost.isForeign("b") && almost.isForeign("c"))
    }
}

import RotationCore
import Testing
import ValueGenerators

struct PlugInIdentityTests {
    private static let user = PlugInUser(uid: 7, gid: 8, groups: [8, 9])

    @Test func rootBecomesTheUserThatIsNamed() {
        #expect(PlugInIdentity(Self.user, process: 0) == .user(Self.user))
        #expect(PlugInIdentity(nil, process: 0).refusal?.contains("generators.user") == true)
    }

    @Test func othersRunPlugInsAsThemselvesOrNotAtAll() {
        #expect(PlugInIdentity(nil, process: 6) == .own)
        #expect(PlugInIdentity(Self.user, process: 7) == .own)
        #expect(PlugInIdentity(Self.user, process: 6).refusal?.contains("only root can become another user") == true)
    }

    @Test func argumentReadsBackAsTheUser() {
        #expect(PlugInUser(argument: Self.user.argument) == Self.user)
        let alone = PlugInUser(uid: 7, gid: 8, groups: [])
        #expect(PlugInUser(argument: alone.argument) == alone)
    }

    @Test(arguments: ["", "7", "7:8", "7:8:9:10", "x:8:9", "7:8:x", "-1:8:9", "nobody:8:9"])
    func otherArgumentsAreNone(argument: String) {
        #expect(PlugInUser(argument: argument) == nil)
    }
}

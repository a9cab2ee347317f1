import ControlAPI
import Glibc
import RotationCore
import Testing

@testable import RotationDaemon

struct RolesTests {
    private static let roles = Roles(
        operators: .init(users: [11], groups: [21]),
        editors: .init(users: [12], groups: [22])
    )

    @Test(arguments: [
        (UInt32(11), UInt32(99), true, false), (12, 99, true, true), (98, 21, true, false), (98, 22, true, true),
        (98, 99, false, false), (0, 0, true, true),
    ])
    func memberByUserOrGroupHasItsRights(_ uid: UInt32, _ gid: UInt32, _ operates: Bool, _ edits: Bool) {
        let caller = Caller(uid: uid, gid: gid, name: nil)
        #expect(Self.roles.allow(caller, .operate) == operates)
        #expect(Self.roles.allow(caller, .edit) == edits)
        #expect(Self.roles.allow(caller, .look) == operates)
        #expect(Self.roles.allow(caller, .ask))
    }

    @Test func withoutRolesTheDaemonsGroupOperatesAndNobodyEdits() {
        let (stranger, member) = (Caller(uid: 98, gid: 99, name: nil), Caller(uid: 98, gid: getegid(), name: nil))
        #expect(!Roles().allow(stranger, .operate) && !Roles().allow(stranger, .look))
        #expect(Roles().allow(member, .operate) && Roles().allow(member, .look))
        #expect(!Self.roles.allow(member, .operate))
        #expect(!Roles().allow(member, .edit))
        #expect(Roles().allow(Caller(uid: geteuid(), gid: 99, name: nil), .edit))
    }

    @Test func auditorsLookAndDoNothing() {
        let roles = Roles(operators: .init(), auditors: .init(groups: [31]))
        let auditor = Caller(uid: 98, gid: 31, name: nil)
        #expect(roles.allow(auditor, .look))
        #expect(!roles.allow(auditor, .operate) && !roles.allow(auditor, .edit))
    }

    /// As a plug-in, it would have what else is said of it.
    @Test(arguments: [UInt32(12), 11, 98, geteuid()])
    func userOfPlugInsHasNoRightUnlessItIsRoot(_ uid: UInt32) {
        var roles = Self.roles
        roles.plugInUsers = [uid]
        let caller = Caller(uid: uid, gid: 22, name: nil)
        #expect(roles.allow(caller, .operate) == (uid == 0))
        #expect(roles.allow(caller, .edit) == (uid == 0))
        #expect(roles.allow(caller, .ask) == (uid == 0))
        #expect(roles.refusal(of: caller, .edit).contains("as root, or as a user or group of roles:"))
        #expect(roles.allow(Caller(uid: 13, gid: 22, name: nil), .edit))
    }

    /// A name that would make a line long, or hold a control character, is left out.
    @Test(arguments: [
        ("root", "uid=0(root)"), (nil, "uid=0"), (String(repeating: "a", count: 33), "uid=0"), ("a\nb", "uid=0"),
        (String(repeating: "a", count: 32), "uid=0(\(String(repeating: "a", count: 32)))"),
    ])
    func memberIsWrittenAsByID(name: String?, expected: String) {
        #expect(Roles.Members.text("uid", 0, name) == expected)
    }
}

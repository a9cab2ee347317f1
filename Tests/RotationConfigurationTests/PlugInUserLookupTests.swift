import RotationConfiguration
import RotationCore
import Testing

/// The user that `generators.user` names.
struct PlugInUserLookupTests {
    @Test func userIsLookedUpWithItsGroups() throws {
        let nobody = try #require(PlugInUser(name: "nobody"))
        #expect(nobody.uid == 65_534 && nobody.groups == [nobody.gid])
        #expect(PlugInUser(name: "nobody-at-all") == nil)
    }
}

import RotationCore
import Testing

struct SecretAliasTests {
    @Test(arguments: ["a", "Z", "0", "_", "-", "db_password", "Api-Token-2", String(repeating: "a", count: 255)])
    func lettersDigitsUnderscoresAndHyphensAreAName(text: String) {
        #expect(SecretAlias(text)?.text == text)
        #expect(SecretAlias(text)?.description == text)
    }

    @Test(arguments: [
        "", " ", "a b", "a/b", "a.b", "a\n", "a\0", "\u{E4}", "e\u{301}", "\u{FF11}", "a\"", "%41", "a:b",
        String(repeating: "a", count: 256),
    ])
    func anythingElseIsNone(text: String) {
        #expect(SecretAlias(text) == nil)
    }
}

import RotationConfiguration
import RotationCore
import Scheduling
import Testing
import ValueGenerators

/// What stands under `generator:`.
struct GeneratorReaderTests {
    private func read(_ generator: String) throws -> (generator: GeneratorSpecification?, complaints: [String]) {
        let (definition, complaints) = try ScheduleReaderTests.read("{every: 1d, generator: \(generator)}")
        return (definition?.generator, complaints)
    }

    /// What is read, as JSON with sorted keys.
    @Test(arguments: [
        ("password", passwordJSON()),
        ("{type: password}", passwordJSON()),
        ("{type: password, length: 8}", passwordJSON(length: 8)),
        ("{type: password, length: 1024, exclude: O0}", passwordJSON(length: 1024, exclude: "0O")),
        ("{type: password, symbols: \"-_\"}", passwordJSON(symbols: "-_")),
        ("{type: password, classes: {digit: 4}, length: 4}", passwordJSON(length: 4, classes: #""digit":4"#)),
        ("{type: password, classes: {upper: 0, lower: 2}}", passwordJSON(classes: #""lower":2,"upper":0"#)),
        ("token", #"{"bytes":32,"encoding":"base64url","type":"token"}"#),
        ("{type: token, bytes: 16, encoding: hex}", #"{"bytes":16,"encoding":"hex","type":"token"}"#),
        ("uuid", #"{"type":"uuid","version":4}"#),
        ("{type: uuid}", #"{"type":"uuid","version":4}"#),
        ("{type: uuid, version: 7}", #"{"type":"uuid","version":7}"#),
        ("key_pair", #"{"algorithm":"ed25519","type":"key_pair"}"#),
        (
            "{type: key_pair, algorithm: p256, public_file: /p/k}",
            #"{"algorithm":"p256","public_file":"/p/k","type":"key_pair"}"#
        ),
        ("totp_seed", #"{"bytes":20,"type":"totp_seed"}"#),
        ("{type: totp_seed, bytes: 16}", #"{"bytes":16,"type":"totp_seed"}"#),
        (
            "{type: template, template: \"a={{pin}}\", parts: {pin: {type: password, length: 8}}}",
            #"{"format":"text","parts":{"pin":\#(passwordJSON(length: 8))},"template":"a={{pin}}","type":"template"}"#
        ),
        (
            "{type: template, template: \"[1]{{token}}\"}",
            #"{"format":"text","parts":{"token":{"bytes":32,"encoding":"base64url","type":"token"}},"template":"[1]{{token}}","type":"template"}"#
        ),
        (
            "{type: command, command: pg}",
            #"{"command":"pg","environment":[],"parameters":{},"timeout":"60s","type":"command"}"#
        ),
        (
            "{type: command, command: pg, parameters: {port: 5, role: a}, environment: [A_B], timeout: 1500ms}",
            #"{"command":"pg","environment":["A_B"],"parameters":{"port":5,"role":"a"},"timeout":"1500ms","type":"command"}"#
        ),
    ])
    func goodGeneratorIsRead(text: String, json: String) throws {
        let (generator, complaints) = try read(text)
        #expect(complaints.isEmpty)
        #expect(generator == GeneratorSpecification(json: json))
        #expect(generator?.json == json)
    }

    /// A file's schedule has no cadence.
    @Test(arguments: [
        ("{type: file, path: /a/b}", #"{"expect":[],"path":["/a/b"],"type":"file","valid_for":"0s"}"#),
        (
            "{type: file, path: [/a/key, /a/cert], expect: [private_key, certificate], valid_for: 7d}",
            #"{"expect":["certificate","private_key"],"path":["/a/key","/a/cert"],"type":"file","valid_for":"604800s"}"#
        ),
        (
            "{type: file, path: /a/key, expect: private_key, matches: /a/cert}",
            #"{"expect":["private_key"],"matches":"/a/cert","path":["/a/key"],"type":"file","valid_for":"0s"}"#
        ),
        (
            "{type: file, path: /a, expect: certificate, valid_for: 31622399500ms}",
            #"{"expect":["certificate"],"path":["/a"],"type":"file","valid_for":"31622399s"}"#
        ),
    ])
    func goodFileIsRead(text: String, json: String) throws {
        let (definition, complaints) = try ScheduleReaderTests.read("{generator: \(text)}")
        #expect(complaints.isEmpty)
        #expect(definition?.cadence == .onChange)
        #expect(definition?.generator.json == json)
        #expect(definition?.generator == GeneratorSpecification(json: json))
    }

    private static func passwordJSON(
        length: Int = 32,
        classes: String = #""digit":1,"lower":1,"symbol":1,"upper":1"#,
        exclude: String = "",
        symbols: String = PasswordPolicy.standardSymbols
    ) -> String {
        #"{"classes":{\#(classes)},"exclude":"\#(exclude)","length":\#(length),"symbols":"\#(symbols)","type":"password"}"#
    }

    @Test(arguments: [
        (
            "pasword",
            "1:24: generator: there is no generator \"pasword\": use password, token, uuid, key_pair, totp_seed, template, file or command"
        ),
        (
            "command",
            "1:24: generator: \"\" is no plug-in: give the name of a file in the generators directory"
        ),
        ("{}", "1:24: type is missing, for example: type: password"),
        (
            "{type: pasword}",
            "1:31: type: \"pasword\" is none of password, token, uuid, key_pair, totp_seed, template, file, command; did you mean password?"
        ),
        ("{type: password, length: 3}", "1:49: length: \"3\" is no whole number from 4 to 1024"),
        ("{type: password, length: 1025}", "1:49: length: \"1025\" is no whole number from 4 to 1024"),
        ("{type: password, lenght: 8}", "1:41: unknown key \"lenght\"; did you mean length?"),
        (
            "{type: password, classes: {upper: 1, uper: 1}}",
            "1:61: unknown key \"uper\"; did you mean upper?"
        ),
        (
            "{type: password, length: 4, classes: {digit: 5}}",
            "1:24: generator: the classes' minima add up to 5, more than the length 4"
        ),
        (
            "{type: password, exclude: \"0123456789\"}",
            "1:24: generator: class digit is required, but all its characters are excluded"
        ),
        ("{type: password, classes: {}}", "1:24: generator: no class of characters is left"),
        (
            "{type: password, symbols: \"-a\"}",
            "1:24: generator: \"a\" can't be a symbol: use ASCII punctuation, each character once"
        ),
        ("{type: token, bytes: 15}", "1:45: bytes: \"15\" is no whole number from 16 to 4096"),
        ("{type: token, encoding: base32}", "1:48: encoding: \"base32\" is none of base64url, hex"),
        ("{type: token, length: 8}", "1:38: unknown key \"length\""),
        ("{type: file}", "1:24: path is missing, for example: path: /etc/letsencrypt/live/example.com/privkey.pem"),
        ("{type: file, path: key.pem}", "1:43: path: \"key.pem\" is no absolute path"),
        ("{type: file, path: /a/../b}", "1:24: generator: \"/a/../b\" is no absolute path without dots"),
        (
            "{type: file, path: /a, matches: /b}",
            "1:24: generator: matches tests a certificate: say so, with expect: certificate"
        ),
        (
            "{type: file, path: /a, expect: private_key, valid_for: 1d}",
            "1:24: generator: valid_for tests a certificate: say so, with expect: certificate"
        ),
        ("file", "1:24: generator: \"\" is no absolute path without dots"),
        ("{type: key_pair, public_file: k}", "1:24: generator: \"k\" is no absolute path without dots"),
        (
            "{type: template}",
            "1:24: template is missing, for example: template: 'user=svc password={{password}}'"
        ),
        (
            "{type: template, template: \"{{token}}\", parts: 5}",
            "1:71: parts: expected a mapping, such as {pin: {type: password, length: 8}}"
        ),
        ("{type: command, parameters: {a: b}}", "1:24: command is missing, for example: command: postgresql"),
        (
            "{type: command, command: x, parameters: [a]}",
            "1:64: parameters: expected a mapping, such as {role: billing}"
        ),
        ("{type: uuid, version: 5}", "1:46: version: \"5\" is no version of UUID: use 4 or 7"),
    ])
    func badGeneratorIsRefusedWithItsPlace(text: String, complaint: String) throws {
        let (_, complaints) = try read(text)
        #expect(complaints == ["s.yaml:\(complaint)"])
    }

    @Test func unknownContentOfAFileIsRefused() throws {
        let (_, complaints) = try ScheduleReaderTests.read("{generator: {type: file, path: /a, expect: key}}")
        #expect(
            complaints == ["s.yaml:1:44: expect: \"key\" is no kind of content: use pem, certificate or private_key"]
        )
    }

    @Test func listIsNoGenerator() throws {
        let (generator, complaints) = try read("[password]")
        #expect(generator == nil)
        #expect(complaints.first == "s.yaml:1:24: generator must be a mapping of keys to values")
    }

    /// One mistake is said once: the keys that go with a type that is wrong are none, and neither is a class whose
    /// minimum is.
    @Test(arguments: [
        ("{length: 8}", "1:24: type is missing, for example: type: password"),
        (
            "{type: pasword, length: 8}",
            "1:31: type: \"pasword\" is none of password, token, uuid, key_pair, totp_seed, template, file, command; did you mean password?"
        ),
        ("{type: password, classes: {digit: -1}}", "1:58: digit: \"-1\" is no whole number from 0 to 1024"),
    ])
    func oneMistakeIsSaidOnce(text: String, complaint: String) throws {
        #expect(try read(text).complaints == ["s.yaml:\(complaint)"])
    }
}

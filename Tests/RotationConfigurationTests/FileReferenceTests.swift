import RotationConfiguration
import TestSupport
import Testing

struct FileReferenceTests {
    @Test(arguments: [
        ("file:/a/b", Configuration.FileReference.file("/a/b")),
        ("file:/", .file("/")),
        ("credential:aihub-token", .credential("aihub-token")),
        ("credential:a.b", .credential("a.b")),
        ("credential:...", .credential("...")),
    ])
    func referenceIsRead(text: String, reference: Configuration.FileReference) {
        #expect(Configuration.FileReference(text) == reference)
    }

    @Test(arguments: [
        "", "token", "/a/b", "file:", "file:a", "FILE:/a", " file:/a", "credential:", "credential:.", "credential:..",
        "credential:a/b", "credential:/a", "https://a", "environment:TOKEN",
    ])
    func otherTextIsNone(text: String) {
        #expect(Configuration.FileReference(text) == nil)
    }

    @Test func fileIsWhereItSays() throws {
        let environment = ["CREDENTIALS_DIRECTORY": "/run/credentials/x"]
        #expect(try Configuration.FileReference.file("/a/b").path(environment: environment) == "/a/b")
        #expect(try Configuration.FileReference.file("/a/b").path(environment: [:]) == "/a/b")
    }

    @Test func credentialIsInTheServicesDirectory() throws {
        let environment = ["CREDENTIALS_DIRECTORY": "/run/credentials/secret-rotator.service"]
        let path = try Configuration.FileReference.credential("token").path(environment: environment)
        #expect(path == "/run/credentials/secret-rotator.service/token")
    }

    @Test func credentialWithoutDirectorySaysWhatToDo() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration.FileReference.credential("token").path(environment: [:])
        }
        #expect(
            error.description == "credential:token: $CREDENTIALS_DIRECTORY is not set: run under systemd with "
                + "LoadCredential=token:PATH, or use file:/path"
        )
    }
}

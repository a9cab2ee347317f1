import Foundation
import TestSupport
import Testing

/// The manual pages of files and of the daemon, which are made from the guides.
@Suite(.timeLimit(.minutes(5)))
struct ManualTests {
    @Test func pagesHaveWhatTheGuidesSay() async throws {
        try await TemporaryFolder.with { folder in
            try await Shell.run("SOURCE_DATE_EPOCH=0 config/packaging/file_manuals \(folder.path)", in: Page.root)
            let configuration = try folder.read("man5/secret-rotator.yaml.5")
            let keys = Page.guide("ConfigurationKeys").text.matches(of: #/\n\| `([a-zA-Z_.\[\]]+)` \|/#)
            #expect(keys.count > 60)
            for key in keys { #expect(configuration.contains(".It Sy \"\(key.1)\"\n"), "\(key.1)") }
            let daemon = try folder.read("man8/secret-rotator.8")
            for title in ["SYNOPSIS", "DESCRIPTION", "SIGNALS", "CREDENTIALS", "ENVIRONMENT", "FILES", "EXIT STATUS"] {
                #expect(daemon.contains("\n.Sh \(title)\n"), "\(title)")
            }
            for word in ["USR1", "SECRET_ROTATOR_CONFIG", "/run/secret\\-rotator/control.sock", "78"] {
                #expect(daemon.contains("\n.It Sy \"\(word)"), "\(word)")
            }
            let plugIn = try folder.read("man5/secret-rotator-plug-in.5")
            for step in ["check", "generate", "install", "test", "finish", "withdraw"] {
                #expect(plugIn.contains("\n.It Sy \"\(step)\"\n"), "\(step)")
            }
            #expect(try folder.read("man5/secret-rotator-schedules.5").contains("\n.Ss password\n"))
            // Sources and sessions are not for readers of an installed package.
            for page in [configuration, daemon, plugIn] { #expect(!page.contains("Sources/")) }
            try await Shell.run("! command -v mandoc || mandoc -T lint -W warning man?/*", in: folder.path)
        }
    }
}

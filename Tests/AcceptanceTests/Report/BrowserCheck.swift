import Foundation
import Subprocess
import SystemPackage
import Testing

/// Pages in Debian's Chromium, by Playwright and axe-core (PyPI).
enum BrowserCheck {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check_report.py")

    /// Whether Chromium and the Python packages are there.
    static var isPossible: Bool {
        get async {
            guard FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") else { return false }
            let result = try? await Subprocess.run(
                .path("/usr/bin/env"),
                arguments: ["python3", "-c", "import playwright, axe_playwright_python"],
                output: .discarded,
                error: .discarded
            )
            return result?.terminationStatus.isSuccess ?? false
        }
    }

    /// Checks pages; screenshots go where `SECRET_ROTATOR_SCREENSHOTS` says.
    static func run(_ files: [String]) async throws {
        let folder = ProcessInfo.processInfo.environment["SECRET_ROTATOR_SCREENSHOTS"]
        let options = folder.map { ["--screenshots", $0] } ?? []
        let result = try await Subprocess.run(
            .path("/usr/bin/env"),
            arguments: Arguments(["python3", script.path()] + options + files),
            output: .string(limit: 1024 * 1024),
            error: .string(limit: 1024 * 1024)
        )
        #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)\(result.standardError)")
    }
}

import Foundation
import SecretMemory
import Testing

@Suite("Hardening of the process")
struct ProcessHardeningTests {
    @Test("a hardened process leaves no core file")
    func coreLimit() async {
        await #expect(processExitsWith: .success) {
            try #require(ProcessHardening.apply().isEmpty)
            let limits = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            try #require(line.split(separator: " ").filter { $0 == "0" }.count == 2)
        }
    }
}

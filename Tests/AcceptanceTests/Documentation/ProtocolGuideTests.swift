import Foundation
import Testing

/// The guide `ControlProtocol` beside the code: each operation has its row, with its right.
@Suite struct ProtocolGuideTests {
    @Test func eachOperationHasItsRowWithItsRight() throws {
        let folder = "Sources/ControlAPI"
        let code = try FileManager.default.subpathsOfDirectory(atPath: Page.root + folder)
            .filter { $0.hasSuffix(".swift") }.map { Page("\(folder)/\($0)").text }.joined(separator: "\n")
        let rows = try Page.guide("ControlProtocol").rows(below: "## Operations")
        let rights = Dictionary(rows.map { (Page.words(in: $0[0]).joined(), Page.words(in: $0[1]).joined()) }) { $1 }
        let paths = code.matches(of: #/static let path = "([a-z\/-]+)"/#).map { String($0.1) }
        #expect(paths.count > 20)
        #expect(rights.keys.sorted() == paths.sorted())
        for match in code.matches(of: #/static let path = "([a-z\/-]+)"\s+[a-z ]+static let right = Right\.([a-z]+)/#) {
            #expect(rights[String(match.1)] == String(match.2), "\(match.1)")
        }
    }
}

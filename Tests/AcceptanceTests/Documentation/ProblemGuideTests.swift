import Foundation
import RotationCore
import Testing

/// The guide `Problems` beside the code: each kind, error, message and exit status has its row.
@Suite struct ProblemGuideTests {
    private let guide = Page.guide("Problems")

    /// The program's sources as one text, in which literals over several lines are one literal.
    private static let sources: String = {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: Page.root + "Sources")) ?? []
        return names.filter { $0.hasSuffix(".swift") }.map { Page("Sources/\($0)").text }.joined(separator: "\n")
            .replacing(#/"\s*\+\s*"/#, with: "")
    }()

    @Test func eachKindOfProblemHasItsRow() throws {
        let code = Page("Sources/secret-rotator/Output/StatusProblem.swift").text
        let kinds = code.matches(of: #/case \w+ = "([a-z_]+)"/#).map { String($0.1) }
        #expect(kinds.count > 30)
        let rows = try guide.rows(below: "## Problems of status")
        #expect(Set(rows.flatMap { Page.words(in: $0[0]) }) == Set(kinds))
        #expect(rows.allSatisfy { $0.count == 3 && !$0.contains("") })
    }

    @Test func eachErrorOfAHubHasItsRowWithItsText() throws {
        let rows = try guide.rows(below: "## What a hub answers")
        #expect(rows.flatMap { Page.words(in: $0[0]) }.sorted() == HubError.Kind.allCases.map(\.rawValue).sorted())
        for row in rows {
            let kind = try #require(Page.words(in: row[0]).first.flatMap(HubError.Kind.init))
            for part in row[1].components(separatedBy: "…") { #expect("\(HubError(kind))".contains(part), "\(row[1])") }
            // The column says whether the value may have been applied.
            #expect(row[2].contains("ambiguous") == (HubError(kind).effect == .unknown), "\(row[0])")
        }
    }

    /// What stands between the dots of a message is a text of the program.
    @Test func eachMessageIsOneOfTheProgram() throws {
        let rows = try guide.rows(below: "## Messages")
        #expect(rows.count > 10)
        for message in rows.flatMap({ Page.words(in: $0[0]) }) {
            let parts = message.components(separatedBy: "…").map {
                $0.trimmingCharacters(in: .init(charactersIn: " ,:;"))
            }
            for part in parts { #expect(part.isEmpty || Self.sources.contains(part), "\(message): \(part)") }
        }
    }

    @Test func eachExitStatusIsThatOfTheCode() throws {
        let enumeration = Page("Sources/ControlAPI/ControlFailure.swift").text
        let named = enumeration.matches(of: #/case \w+ = (\d+)/#).map { String($0.1) }
        let rows = try guide.rows(below: "## Exit statuses").map { $0[0] }
        #expect(rows == ["0"] + named)
        let folder = "Sources/secret-rotator/Commands"
        let commands = try FileManager.default.contentsOfDirectory(atPath: Page.root + folder)
        let literals = commands.flatMap { Page("\(folder)/\($0)").text.matches(of: #/ExitCode\((\d+)\)/#) }
        #expect(Set(literals.map { String($0.1) }).subtracting(rows) == [])
    }

    @Test func eachExitStatusIsThatOfTheHelp() async throws {
        let help = try await Program.run(["--help"]).output.replacing("\n", with: " ")
        let line = try #require(help.firstMatch(of: #/Exit status: ([^.]+)\./#)).1
        let statuses = line.matches(of: #/(?:^|; )(\d+) /#).map { String($0.1) }
        #expect(statuses.count == 9)
        #expect(try guide.rows(below: "## Exit statuses").map { $0[0] } == statuses)
    }
}

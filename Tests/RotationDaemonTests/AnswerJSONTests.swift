import Foundation
import RotationDaemon
import Testing

/// Answers as the encoder itself would write them.
struct AnswerJSONTests {
    private struct Row: Codable, Hashable {
        var name: String
        var number: Int?
    }

    @Test(arguments: [
        [], [Row(name: "a", number: 1)], [Row(name: #"b","c"#), Row(name: "]"), Row(name: "d", number: 4)],
    ])
    private func listIsWhatTheEncoderWrites(rows: [Row]) throws {
        let data = try AnswerJSON.data(of: rows)
        #expect(try JSONDecoder().decode([Row].self, from: data) == rows)
        #expect(data.count == (try JSONEncoder().encode(rows)).count)
    }

    @Test func otherAnswersAreEncodedAtOnce() throws {
        #expect(try AnswerJSON.data(of: ["key": [1, 2]]) == Data(#"{"key":[1,2]}"#.utf8))
        #expect(try AnswerJSON.data(of: [Int?](arrayLiteral: 1, nil)) == Data("[1,null]".utf8))
    }
}

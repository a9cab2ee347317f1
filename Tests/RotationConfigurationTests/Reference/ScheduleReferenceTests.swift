import TestSupport
import Testing

/// The keys that the reader of schedules asks for are those of the example file and of the reference.
///
/// `SECRET_ROTATOR_RECORD=1 swift test --filter ReferenceTests` writes the pages anew.
struct ScheduleReferenceTests {
    private let keys: ScheduleKeys

    init() throws { keys = try ScheduleKeys() }

    @Test func exampleHasExactlyTheKeysOfTheReader() throws {
        #expect(try keys.rows.map(\.path).sorted() == keys.read)
        #expect(keys.read.count == 17)
    }

    @Test func exampleHasEachGeneratorWithEachParameter() {
        #expect(keys.generators.map(\.type).sorted() == keys.types.sorted())
        for generator in keys.generators {
            #expect(generator.rows.map(\.path).sorted() == generator.read, "\(generator.type)")
        }
    }

    @Test func eachKeyIsExplained() throws {
        let rows = try keys.rows + keys.generators.flatMap(\.rows)
        #expect(rows.filter(\.meaning.isEmpty).map(\.path) == [])
        #expect(keys.generators.filter(\.meaning.isEmpty).map(\.type) == [])
    }

    @Test func pageIsTheOneOfTheReader() throws {
        let page = "Sources/secret-rotator/Documentation.docc/ScheduleKeys.md"
        #expect(try RecordedFile.changes(SchedulePage.text(keys), page) == [])
    }
}

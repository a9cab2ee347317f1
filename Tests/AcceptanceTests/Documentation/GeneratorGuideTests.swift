import RotationCore
import Testing
import ValueGenerators

/// The guide `Generators` beside the registry; `ScheduleReferenceTests` does the same with `config/schedules.yaml`.
@Suite struct GeneratorGuideTests {
    @Test func eachTypeHasItsRowInTheOrderOfTheRegistry() throws {
        let rows = try Page.guide("Generators").rows(below: "## Overview")
        let types = rows.compactMap { Page.words(in: $0[0]).first }
        #expect(types == BuiltInGenerators.kinds.map { $0.type }, "the table in Generators.md: \(types)")
    }
}

package import ControlAPI
import RotationCore
package import RotationStore

extension AddSchedules {
    package func generators(in history: History) throws -> [GeneratorCheck.Candidate] {
        secrets.map { .init($0, definition.generator) }
    }
}

extension EditSchedules {
    package func generators(in history: History) throws -> [GeneratorCheck.Candidate] {
        guard let generator = edit.generator else { return [] }
        return try secrets.compactMap { secret in
            let present = try history.schedule(of: secret)?.definition.generator
            return present == nil || present == generator ? nil : .init(secret, generator)
        }
    }
}

extension ApplySchedules {
    package func generators(in history: History) throws -> [GeneratorCheck.Candidate] {
        guard desired.contains(where: { $0.definition.generator.plugIn != nil }) else { return [] }
        let current = try history.schedules().map { ($0.secret, $0.definition.generator) }
        let known = Dictionary(current) { first, _ in first }
        return desired.map { .init($0.secret, $0.definition.generator) }.filter { known[$0.secret] != $0.generator }
    }
}

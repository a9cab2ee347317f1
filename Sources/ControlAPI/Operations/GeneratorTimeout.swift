import RotationCore

extension ControlOperation {
    /// The sum of the time-outs of the plug-ins.
    fileprivate static func generatorTimeout(_ generators: [GeneratorSpecification]) -> Duration {
        Set(generators).reduce(.zero) { $0 + ($1.plugIn?.timeout ?? .zero) }
    }
}

extension AddSchedules {
    package var generatorTimeout: Duration { Self.generatorTimeout([definition.generator]) }
}

extension EditSchedules {
    package var generatorTimeout: Duration { Self.generatorTimeout([edit.generator].compactMap { $0 }) }
}

extension ApplySchedules {
    package static var refusal: ControlFailure.Status { .configuration }
    package var generatorTimeout: Duration { Self.generatorTimeout(desired.map(\.definition.generator)) }
}

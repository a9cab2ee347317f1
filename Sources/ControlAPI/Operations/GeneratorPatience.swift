import RotationCore

extension ControlOperation {
    /// How long plug-ins may take to answer, all one after the other.
    fileprivate static func patience(_ generators: [GeneratorSpecification]) -> Duration {
        Set(generators).reduce(.zero) { $0 + ($1.plugIn?.timeout ?? .zero) }
    }
}

extension AddSchedules {
    package var patience: Duration { Self.patience([definition.generator]) }
}

extension EditSchedules {
    package var patience: Duration { Self.patience([edit.generator].compactMap { $0 }) }
}

extension ApplySchedules {
    package static var refusal: ControlFailure.Status { .configuration }
    package var patience: Duration { Self.patience(desired.map(\.definition.generator)) }
}

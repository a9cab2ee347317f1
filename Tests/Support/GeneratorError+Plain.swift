package import RotationCore

extension GeneratorError {
    /// A plug-in's "not now".
    package static var tryAgain: GeneratorError { .tryAgain(StepFailure(.generate, .exited(75))) }
    /// A plug-in's "not this value".
    package static var unusableValue: GeneratorError { .unusableValue(StepFailure(.generate, .exited(65))) }
}

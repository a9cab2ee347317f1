import Subprocess
import SystemPackage

/// A virtual environment with the packages of the contender in Python.
struct PythonEnvironment {
    let interpreter: FilePath

    /// Makes it in a folder.
    ///
    /// - Throws: `ValidationError` with the words of venv or pip, where the packages can't be had.
    init(folder: String) async throws {
        let hint = "The contender in Python is left out; it needs python3-venv, and PyPI's apscheduler and requests."
        try await ShellCommand.run(.name("python3"), ["-m", "venv", "\(folder)/python"], hint: hint)
        interpreter = FilePath("\(folder)/python/bin/python")
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try await ShellCommand.run(.path(interpreter), install + SchedulerProgram.packages, hint: hint)
    }
}

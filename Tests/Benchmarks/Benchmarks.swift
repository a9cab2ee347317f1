import ArgumentParser

/// Measurements, run by hand and, in a short form, by CI.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Measure the program that was built beside this one.",
        subcommands: [
            IdleBenchmark.self, ScaleBenchmark.self, CronBenchmark.self, PasswordBenchmark.self, SimulateCommand.self,
            HubAnswersCommand.self, RotateBenchmark.self, PatchCommand.self, LatenessBenchmark.self, CopyBenchmark.self,
            LeavesBenchmark.self, HistoryBenchmark.self, ReportBenchmark.self,
        ]
    )
}

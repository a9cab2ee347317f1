import ArgumentParser

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Manage schedules: what rotates, how often, with which generator.",
        subcommands: [
            ScheduleListCommand.self, ScheduleShowCommand.self, ScheduleNextCommand.self, ScheduleAddCommand.self,
            ScheduleEditCommand.self, ScheduleRemoveCommand.self, SchedulePauseCommand.self,
            ScheduleResumeCommand.self, ScheduleApplyCommand.self, ScheduleDiffCommand.self,
            ScheduleExportCommand.self,
        ]
    )
}

/// Who is told about the history while the daemon runs.
extension DaemonRuntime {
    /// Serves the receivers of the configuration in force from now on.
    func followOutlets() async {
        await outlets.follow(configuration)
    }
}

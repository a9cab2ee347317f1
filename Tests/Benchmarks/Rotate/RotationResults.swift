/// What one run of the benchmark has measured for one number of secrets.
struct RotationResults {
    let count: Int
    /// The daemon against nginx, unconfirmed.
    var daemon: Contender
    /// The same with `--wait`; nil where it was not asked for.
    var waiting: Contender?
    /// The bare HTTP client.
    var bareClient: Contender
    /// The rows in C, 64 rotations a commit.
    var batchedRows: Contender
    /// The faster one of both numbers of APScheduler's workers; nil where Python was left out.
    var scheduler: Contender?
    /// The daemon against the sandbox, without confirmation; nil where it was not asked for.
    var unconfirmed: Contender?
    /// The daemon against the sandbox, with confirmation; nil where it was not asked for.
    var confirmed: Contender?

    /// Rotations a second that two cores could do at the most: F.
    ///
    /// Nothing but a PATCH by the bare client, its server's part included, and the rows of a rotation in batches of 64.
    var ceiling: Double { 2 / (bareClient.cpu + (bareClient.server ?? 0) + batchedRows.cpu) }
}

import SQLite

/// The main database's schema: the first one, and the migrations since.
enum MainSchema {
    /// Makes it, and brings it up to date.
    static let migrator = Migrator(
        // "SRhi", which file(1) and the sqlite3 shell show.
        applicationID: 0x5352_6869,
        migrations: [
            Migration("history", sql: first),
            Migration("audit tree", sql: auditTree),
            Migration("archives", sql: archives),
            Migration("audit keys", sql: auditKeys),
            Migration("drift", sql: drift),
            Migration("witnesses", sql: witnesses),
            Migration("views", sql: newViews),
        ],
        retired: .init(applicationID: 0x5352_6F74, maker: "a version before 1.0.0-beta.1", advice: advice)
    )

    /// The first migration: the schema of 1.0.0-beta.1, but for its views.
    ///
    /// A new database gets it too, and then each later migration.
    ///
    /// Instants are Unix time in milliseconds, durations milliseconds, truth values 0 and 1. The comments within a table's
    /// parentheses stay in the database, where `.schema` shows them.
    private static let first = [schedules, rotations, requests, hubs, auditLog, fence].joined(separator: "\n")

    /// How the schedules of a database that was made before 1.0.0-beta.1 are carried over.
    @Sendable private static func advice(_ path: String) -> String {
        """
        with that version, stop the daemon once rotation list --open shows none (wait for them, or end them by rotation \
        abandon), and write schedule export > schedules.yaml; move \(path) away together with all files whose names begin \
        with its own (-wal, .candidates, .mark and the rest); start this version's daemon, and use schedule apply -f \
        schedules.yaml. Nothing in the old database was changed: that version and sqlite3 -readonly read it
        """
    }
}

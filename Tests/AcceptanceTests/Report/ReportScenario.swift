import RotationCore
import Scheduling
import TestSupport

/// A quarter of a year with all that a report tells of.
enum ReportScenario {
    static let start = Instant(rfc3339: "2026-08-28T00:00:00Z") ?? .distantPast
    static let end = Instant(rfc3339: "2026-11-26T00:00:00Z") ?? .distantPast
    /// What somebody may write to get into a page.
    static let hostile = "</script><script>alert(\"x\")</script> & 'x' \u{202E}txet\u{1B}[31m"

    static func write(to path: String) throws {
        let history = try SyntheticHistory(path: path)
        daemon(history)
        schedules(history)
        try steady(history)
        try trouble(history)
        try people(history)
        events(history)
        try history.finish()
    }

    /// An instant so many days, and hours, after the range's start.
    static func day(_ days: Int64, _ hours: Int64 = 3) -> Instant {
        start.advanced(by: .seconds(days * 86_400 + hours * 3600))
    }

    private static func daemon(_ history: SyntheticHistory) {
        let started: [String: JSONValue] = ["landlock": 4, "pid": 812]
        history.note(.daemonStarted, at: day(-200), started)
        history.note(.daemonStopped, at: day(20, 9))
        history.note(.daemonStarted, at: day(20, 10), started)
        // Crashed: nothing says that it stopped.
        history.note(
            .configurationLoaded,
            at: day(43, 1),
            ["hash": "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab"]
        )
        history.note(.daemonStarted, at: day(43, 7), started)
    }

    private static func schedules(_ history: SyntheticHistory) {
        let policies: [(String, [String: JSONValue])] = [
            ("db_password", ["every": "30d", "max_age": "45d", "policy": "PCI TRA 2026-04", "owner": "payments-team"]),
            (
                "api_token",
                [
                    "every": "7d", "max_age": "10d", "policy": "PCI TRA 2026-04", "owner": "payments-team",
                    "generator": ["bytes": 32, "type": "token"],
                ]
            ),
            ("mail_password", ["every": "30d", "max_age": "35d", "policy": "IT-SEC-12", "owner": "mail"]),
            (
                "ldap_bind",
                [
                    "cron": "30 3 * * mon-fri", "timezone": "Europe/Berlin", "window": "2h", "max_age": "3d",
                    "policy": "IT-SEC-12", "owner": "identity",
                ]
            ),
            ("legacy_key", ["every": "60d", "owner": "platform"]),
            ("tls_key", ["every": "45d", "max_age": "60d", "policy": "IT-SEC-7", "owner": "platform"]),
            ("cache_password", ["cron": "0 2 * * 0", "window": "1h", "max_age": "8d", "policy": "IT-SEC-12"]),
            ("session_key", ["every": "12h", "max_age": "1d", "policy": "PCI TRA 2026-05", "owner": "web"]),
            ("backup_key", ["every": "30d", "max_age": "40d", "policy": "IT-SEC-9", "owner": "backup"]),
            (
                "reporting_token",
                ["every": "14d", "max_age": "20d", "policy": "PCI TRA 2026-04", "owner": hostile.prefixText]
            ),
        ]
        for (alias, terms) in policies { history.schedule(alias, at: day(-190), terms) }
        history.schedule(
            "new_service_key",
            at: day(86),
            by: SyntheticHistory.user("omar"),
            [
                "every": "30d", "max_age": "45d",
                "policy": "PCI TRA 2026-04", "owner": "checkout",
            ]
        )
    }

    private static func steady(_ history: SyntheticHistory) throws {
        for day in stride(from: Int64(-20), to: 90, by: 30) { try history.rotate("db_password", at: Self.day(day)) }
        for half in -1..<180 { try history.rotate("session_key", at: day(0, Int64(half) * 12)) }
        for day in stride(from: Int64(-10), to: 90, by: 14) { try history.rotate("reporting_token", at: Self.day(day)) }
        for day in stride(from: Int64(-30), to: 90, by: 60) { try history.rotate("legacy_key", at: Self.day(day)) }
        for day in [Int64(-12), 33] { try history.rotate("tls_key", at: Self.day(day)) }
        for day in Int64(-2)..<40 where day % 7 < 5 { try history.rotate("ldap_bind", at: Self.day(day)) }
    }

    private static func trouble(_ history: SyntheticHistory) throws {
        for day in stride(from: Int64(-3), to: 90, by: 7) where day != 39 && day != 46 {
            try history.rotate("api_token", at: Self.day(day))
        }
        for hour in [Int64(0), 1, 2, 6, 12, 24, 48] {
            try history.rotate(
                "api_token",
                at: day(39, hour),
                "failed",
                error: "unavailable",
                attempts: 8,
                took: .seconds(900)
            )
        }
        try history.rotate("api_token", at: day(42, 8), trigger: .catchUp)
        try history.rotate("mail_password", at: day(-15))
        try history.rotate("mail_password", at: day(15))
        for hour in [Int64(0), 6, 30, 80, 200, 700] {
            try history.rotate("mail_password", at: day(45, hour), "failed", error: "forbidden")
        }
        for week in Int64(-1)..<13 where week != 6 && week != 9 {
            try history.rotate("cache_password", at: day(week * 7))
        }
        for week in [Int64(6), 9] {
            history.note(
                .rotationMissed,
                at: day(week * 7, 4),
                of: "cache_password",
                trigger: .schedule,
                [
                    "error": "window",
                    "scheduled_for": .string(day(week * 7, 2).rfc3339),
                    "next_due": .string(day(week * 7 + 7, 2).rfc3339),
                ]
            )
        }
        for day in [Int64(-20), 10] { try history.rotate("backup_key", at: Self.day(day)) }
        try history.rotate(
            "backup_key",
            at: day(60),
            "abandoned",
            error: "not_found",
            took: .seconds(7200),
            reason: "the hub has the old value, checked by hand"
        )
        try history.rotate("backup_key", at: day(80), nil, error: "rejected")
    }

    private static func people(_ history: SyntheticHistory) throws {
        let first = try history.request(
            "db_password",
            at: day(52, 14),
            reason: "leaked in a log of the build",
            ticket: "SEC-1234"
        )
        try history.rotate("db_password", at: day(52, 14), trigger: .rotateNow, request: first, took: .seconds(5))
        let second = try history.request(
            "reporting_token",
            at: day(61, 9),
            by: SyntheticHistory.user("omar", uid: 1001),
            reason: hostile,
            despiteHold: "the value is public"
        )
        try history.rotate("reporting_token", at: day(61, 9), trigger: .rotateNow, request: second, took: .seconds(65))
        for alias in ["db_password", "api_token", "session_key", "cache_password", "legacy_key"] {
            let request = try history.request(alias, at: day(70, 10), by: ["kind": "signal"], trigger: .signal)
            try history.rotate(alias, at: day(70, 10), trigger: .signal, request: request)
        }
        history.note(
            .schedulePaused,
            at: day(40, 11),
            of: "ldap_bind",
            by: SyntheticHistory.user("maria"),
            [
                "reason":
                    "change freeze until the directory has moved"
            ]
        )
        history.note(
            .scheduleChanged,
            at: day(25, 15),
            of: "reporting_token",
            by: SyntheticHistory.user("omar", uid: 1001),
            ["old": ["max_age": "20d"], "new": ["max_age": "90d"], "policy_hash": "6f1ed002ab5595859014ebf0951522d9"]
        )
        history.note(
            .scheduleChanged,
            at: day(26, 15),
            of: "session_key",
            by: SyntheticHistory.user("maria"),
            [
                "old":
                    ["generator": ["length": 32, "type": "password"]],
                "new": ["generator": ["length": 48, "type": "password"]],
                "policy_hash": "7f1ed002ab5595859014ebf0951522d9",
            ]
        )
        history.note(
            .scheduleRemoved,
            at: day(77, 16),
            of: "tls_key",
            by: SyntheticHistory.user("maria"),
            [
                "old": [
                    "every": "45d",
                    "max_age": "60d", "policy": "IT-SEC-7", "owner": "platform",
                ], "policy_hash": "6f1ed002ab5595859014ebf0951522d9",
            ]
        )
    }

    private static func events(_ history: SyntheticHistory) {
        history.note(
            .accessRefused,
            at: day(12, 13),
            by: SyntheticHistory.user("eve", uid: 1666),
            [
                "count": 3,
                "operation":
                    "/v1/rotate-now", "right": "operate",
            ]
        )
        history.note(.clockSkewed, at: day(30, 2), ["step_ms": -4200])
        history.note(
            .hubSuspended,
            at: day(39, 3),
            hub: SyntheticHistory.hub,
            ["error": "unavailable", "since": .string(day(39, 3).rfc3339)]
        )
        history.note(
            .hubResumed,
            at: day(42, 7),
            hub: SyntheticHistory.hub,
            ["error": "unavailable", "since": .string(day(39, 3).rfc3339)]
        )
        history.note(
            .driftFound,
            at: day(88, 4),
            of: "legacy_key",
            [
                "error": "value_unknown", "found": "preflight",
                "updated_at": 1_795_435_200_000, "last_seen": 1_795_400_000_000,
            ]
        )
    }
}

extension String {
    /// A part that fits into an owner.
    fileprivate var prefixText: JSONValue { .string("reports \(prefix(40))") }
}

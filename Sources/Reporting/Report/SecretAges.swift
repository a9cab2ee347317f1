import Scheduling

/// How old a secret's value was in a period, against the maximum age that its schedule had then.
package struct SecretAges: Hashable, Sendable {
    /// The value's age at the period's end; nil where no schedule manages it then.
    package var age: Duration?
    /// The maximum age at the period's end.
    package var maximum: Duration?
    /// Whether a rotation has ever succeeded before the period's end.
    package var wasRotated: Bool
    /// The greatest age in the period while a schedule managed it; nil where none did.
    package var oldest: Duration?
    /// How often the age exceeded the maximum in the period.
    package var timesExceeded = 0
    /// By how much at most.
    package var mostExceeded: Duration = .zero
    /// The buckets at whose end the value was too old.
    package var overdueBuckets: [Int] = []

    /// Whether the value is too old at the period's end, and by how much.
    package var overdueBy: Duration? {
        guard let age, let maximum, age >= maximum else { return nil }
        return age - maximum
    }

    package init(_ figures: SecretFigures?, _ story: ScheduleStory, _ period: ReportPeriod, _ buckets: Buckets) {
        let successes = (figures?.successes ?? []).sorted()
        wasRotated = !successes.isEmpty
        measure(successes, story, period)
        if story.terms != nil, let base = Self.base(at: period.end, successes, story) {
            (age, maximum) = (base.duration(to: period.end), story.terms?.maximumAge)
        }
        for bucket in 0..<buckets.count {
            // The bucket's last instant: its end belongs to the next one.
            let end = buckets.end(of: bucket)
            guard let most = story.terms(before: end)?.maximumAge, let base = Self.base(at: end, successes, story)
            else { continue }
            if base.duration(to: end) >= most { overdueBuckets.append(bucket) }
        }
    }

    /// Since when a value counts at an instant: since the last success before, or since its schedule was added.
    ///
    /// A binary search: a secret may have rotated a million times.
    private static func base(at instant: Instant, _ successes: [Instant], _ story: ScheduleStory) -> Instant? {
        var (low, high) = (0, successes.count)
        while low < high {
            let middle = (low + high) / 2
            if successes[middle] < instant { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? successes[low - 1] : story.beginning(before: instant)
    }

    /// Looks at each instant where an age ends: at successes, at the end of the schedule, at the period's end.
    private mutating func measure(_ successes: [Instant], _ story: ScheduleStory, _ period: ReportPeriod) {
        let removals = story.steps.filter { $0.terms == nil }.map(\.from)
        let ends = (successes + removals + [period.end]).filter { $0 > period.start && $0 <= period.end }.sorted()
        for end in ends {
            guard let terms = story.terms(before: end), let base = Self.base(at: end, successes, story) else {
                continue
            }
            let age = base.duration(to: end)
            oldest = max(oldest ?? .zero, age)
            guard let most = terms.maximumAge, age >= most else { continue }
            timesExceeded += 1
            mostExceeded = max(mostExceeded, age - most)
        }
    }
}

extension ScheduleStory {
    /// The terms right before an instant.
    fileprivate func terms(before instant: Instant) -> ScheduleTerms? {
        steps.last { $0.from < instant }?.terms
    }

    /// When the schedule that was there right before an instant was added; nil where there was none.
    fileprivate func beginning(before instant: Instant) -> Instant? {
        var beginning: Instant?
        for step in steps where step.from < instant {
            beginning = step.terms == nil ? nil : beginning ?? step.from
        }
        return beginning
    }
}

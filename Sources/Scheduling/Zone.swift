/// A time zone: its name, and its offset from UTC at each instant.
///
/// Two zones are equal if their names are, because the rules of a name change with the system's tzdata.
package struct Zone: Sendable {
    /// The name, such as `Europe/Berlin`.
    package let name: String
    private let table: OffsetTable

    init(name: String, table: OffsetTable) {
        self.name = name
        self.table = table
    }

    /// Coordinated Universal Time.
    package static let utc = Zone(name: "UTC", table: OffsetTable(offset: 0))

    /// A span of time with one offset.
    package struct Span: Hashable, Sendable {
        /// Its first second, in Unix time; `Int64.min` for the beginning of time.
        package var start: Int64
        /// The first second after it; `Int64.max` for the end of time.
        package var end: Int64
        /// The offset in seconds; positive if local time is ahead of UTC.
        package var offset: Int32
    }

    /// The span that holds an instant.
    ///
    /// - Parameter second: Unix time.
    package func span(at second: Int64) -> Span {
        table.span(at: second)
    }

    /// The instant of a local time: the first one if it occurs twice, the first valid instant after the gap if it does
    /// not occur.
    ///
    /// - Parameter local: Seconds since 1970-01-01T00:00:00 in local time.
    /// - Returns: Unix time.
    package func instant(ofLocal local: Int64) -> Int64 {
        // No offset is more than 26 hours: RFC 9636, section 3.2, wants them between -25 and +26.
        var span = table.span(at: local - 26 * 3600)
        while true {
            let instant = local - Int64(span.offset)
            if instant < span.start { return span.start }
            if instant < span.end { return instant }
            span = table.span(at: span.end)
        }
    }
}

extension Zone: Hashable {
    package static func == (left: Zone, right: Zone) -> Bool { left.name == right.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Zone {
    /// A hash of the zone's rules.
    package var fingerprint: Int64 { table.fingerprint }
}

/// A zone is encoded as its name, and decoded from the system's zones.
extension Zone: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        do { self = try ZoneDatabase.system.zone(named: name) } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

import Foundation

/// The kernel's view of a piece of this process's memory (proc_pid_smaps(5)).
enum Mapping {
    /// The `VmFlags` of the mapping that holds an address; nil where nothing is mapped.
    static func flags(at address: UInt) throws -> Set<String>? {
        // `String(contentsOfFile:)` stops after the first page of such a file.
        let data = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/smaps")).readToEnd() ?? Data()
        let text = String(decoding: data, as: UTF8.self)
        var isInside = false
        for line in text.split(separator: "\n") {
            if let range = range(of: line) { isInside = range.contains(address) }
            if isInside, line.hasPrefix("VmFlags:") {
                return Set(line.split(separator: " ").dropFirst().map(String.init))
            }
        }
        return nil
    }

    /// The addresses of a mapping's first line, such as `7f00-7fff rw-p …`.
    private static func range(of line: Substring) -> Range<UInt>? {
        let ends = line.prefix { $0 != " " }.split(separator: "-").map { UInt($0, radix: 16) }
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else { return nil }
        return start..<end
    }
}

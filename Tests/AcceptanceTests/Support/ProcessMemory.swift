import TestSupport

/// The memory of another process, as its root reads it.
enum ProcessMemory {
    /// How often texts are in all that a process can write to, but for pages that it has locked: those are where it keeps
    /// what it still needs.
    ///
    /// - Returns: A count for each text, in their order.
    static func counts(of texts: [String], pid: Int32) async throws -> [Int] {
        // Python's search is quick, also where this is built without optimisation.
        let program = """
            import sys
            pid, *texts = [line.rstrip('\\n') for line in sys.stdin]
            counts, ranges = [0] * len(texts), []
            with open(f'/proc/{pid}/smaps') as maps, open(f'/proc/{pid}/mem', 'rb', 0) as memory:
                for line in maps:
                    words = line.split()
                    if '-' in words[0] and not words[0].endswith(':'):
                        ends, mode = words[:2]
                    elif words[0] == 'VmFlags:' and mode.startswith('rw') and 'lo' not in words:
                        ranges.append([int(text, 16) for text in ends.split('-')])
                for start, end in ranges:
                    try:
                        memory.seek(start)
                        content = memory.read(end - start)
                    except OSError:
                        continue
                    for number, text in enumerate(texts):
                        counts[number] += content.count(text.encode())
            print(*counts)
            """
        let lines = ["\(pid)"] + texts
        let answer = try await offPool { try Python.run(program, lines: lines) }
        return answer.first?.split(separator: " ").compactMap { Int($0) } ?? []
    }
}

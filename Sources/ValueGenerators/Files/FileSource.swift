import Foundation
import RotationCore
package import SecretMemory

/// Reads and checks the files of a policy.
package struct FileSource: Sendable {
    let policy: FilePolicy
    let host: FileHost

    package init(_ policy: FilePolicy, _ host: FileHost) {
        self.policy = policy
        self.host = host
    }

    /// Why the files have no valid value; it names files, never their content.
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
        /// Whether the only reason is that this process may not read them.
        package var isOutOfReach = false
    }

    /// The names of the files, for messages.
    var names: String { policy.paths.joined(separator: " and ") }

    /// Reads and checks the value.
    ///
    /// - Parameter now: Unix time in milliseconds, for the validity of certificates.
    package func read(now: Int64) throws(Unusable) -> SecretValue {
        let contents = try load()
        try check(contents, now: now)
        return try value(of: contents)
    }

    /// The value or the problem.
    func view(now: Int64) -> SourceView {
        var view = SourceView()
        do throws(Unusable) {
            let contents = try load()
            view.value = try value(of: contents)
            try check(contents, now: now)
        } catch {
            view.problem = error.description
        }
        return view
    }

    /// A signature that differs whenever the content may have changed.
    func signature() -> SourceSignature {
        SourceSignature(policy.allPaths.map { path in (try? ConfinedFile(path, host).signature) ?? [] })
    }

    private func load() throws(Unusable) -> [LockedBytes] {
        do {
            return try policy.paths.map { try ConfinedFile($0, host).read() }
        } catch {
            throw unusable(error)
        }
    }

    private func value(of contents: [LockedBytes]) throws(Unusable) -> SecretValue {
        do {
            let bytes = try join(contents)
            // Programs in C would read only the part before it.
            guard bytes.withBytes({ !$0.contains(0) }) else {
                throw Unusable(description: "\(names): contains a NUL, so it is not a text: write a text file")
            }
            return try SecretValue(bytes)
        } catch {
            throw unusable(error)
        }
    }

    private func check(_ contents: [LockedBytes], now: Int64) throws(Unusable) {
        guard !policy.expected.isEmpty else { return }
        do {
            var pem = PEMContent()
            for content in contents { try pem.add(content) }
            try pem.check(policy.expected)
            if let other = policy.matches {
                try pem.add(ConfinedFile(other, host).read())
                try pem.check([.certificate, .privateKey])
            }
            let date = Date(timeIntervalSince1970: Double(now) / 1000)
            try pem.check(now: date, validFor: TimeInterval(policy.validFor.components.seconds))
        } catch {
            throw unusable(error)
        }
    }

    /// Describes an error: our own errors in full, others without details.
    private func unusable(_ error: any Error) -> Unusable {
        switch error {
        case let error as Unusable: return error
        case ConfinedFile.Failure.system(let path, EACCES):
            let failure = ConfinedFile.Failure.system(path: path, errno: EACCES)
            return Unusable(description: "\(failure)", isOutOfReach: true)
        case let error as ConfinedFile.Failure: return Unusable(description: "\(error)")
        case let error as PEMContent.Failure: return Unusable(description: "\(names): \(error)")
        case let error as SecretValue.Invalid: return Unusable(description: "\(names): \(error)")
        default: return Unusable(description: "\(names): can't be read")
        }
    }

    /// Joins the files, each with its last line break; for a plain text the last line break is removed, as in the
    /// shell's `$(…)`.
    private func join(_ contents: [LockedBytes]) throws -> LockedBytes {
        let newline = UInt8(ascii: "\n")
        let isPEM = !policy.expected.isEmpty
        let parts = contents.enumerated().map { index, content in
            let isLast = index == contents.count - 1
            let ends = content.count > 0 && content.withBytes { $0.last == newline }
            return (content, drop: isLast && !isPEM && ends ? 1 : 0, add: !isLast && !ends ? 1 : 0)
        }
        return try LockedBytes(count: parts.reduce(0) { $0 + $1.0.count - $1.drop + $1.add }) { buffer in
            var offset = 0
            for (content, drop, add) in parts {
                let count = content.count - drop
                content.withBytes {
                    UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count]))
                }
                offset += count
                if add == 1 { buffer[offset] = newline }
                offset += add
            }
        }
    }
}

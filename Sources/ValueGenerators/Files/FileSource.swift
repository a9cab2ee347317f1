import Foundation
import RotationCore
package import SecretMemory

/// The files of a policy: their content, and whether it is what it must be.
package struct FileSource: Sendable {
    let policy: FilePolicy
    let host: FileHost

    package init(_ policy: FilePolicy, _ host: FileHost) {
        self.policy = policy
        self.host = host
    }

    /// Why there is no value in the files; it names files, never their content.
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
        /// Whether this process is only not allowed to read them.
        package var isOutOfReach = false
    }

    /// The files, as messages name them.
    var names: String { policy.paths.joined(separator: " and ") }

    /// Reads and tests the value.
    ///
    /// - Parameter now: Unix time in milliseconds, for the validity of certificates.
    package func read(now: Int64) throws(Unusable) -> SecretValue {
        let contents = try load()
        try check(contents, now: now)
        return try value(of: contents)
    }

    /// What is there, and what is wrong with it.
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

    /// What changes whenever the content may have changed.
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
            // Programs in C would take what stands before it for the value.
            guard bytes.withBytes({ !$0.contains(0) }) else {
                throw Unusable(description: "\(names): holds a NUL, so it is no text: have a text file written")
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

    /// What may be said of an error: of ours all, of others nothing.
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

    /// The files one after the other, each with its own last line; of a plain text the last line break is no part of the
    /// value, as for the shell's `$(…)`.
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

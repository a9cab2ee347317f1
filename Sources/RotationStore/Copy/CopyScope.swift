import RotationCore

/// Which rows of the original a copy may lack: those that commits have named.
///
/// The audit log is not among them: it only grows, so each file lacks what comes after its own newest entry.
struct CopyScope: Equatable {
    /// Names that are kept, of some hundred bytes each; more of them make the scope wide.
    static let largestCount = 32_768

    /// Whether more may have changed than is named: the copy is compared with the original.
    private(set) var isWide = false
    private(set) var rotations: Set<RotationID> = []
    /// Those of all rotations and requests are among them.
    private(set) var secrets: Set<SecretName> = []
    private(set) var requests: Set<RotationID> = []
    /// The newest entry of the commits; 0 for none.
    ///
    /// A copy may get newer ones, of rotations that are not named here.
    private(set) var newestEntry: Int64 = 0
    /// Whether there were commits.
    private(set) var isEmpty = true

    init() {}

    /// More may have changed than is known.
    static var wide: CopyScope {
        var scope = CopyScope()
        (scope.isWide, scope.isEmpty) = (true, false)
        return scope
    }

    /// Takes in what a commit has changed.
    mutating func add(_ changes: Commit.Changes) {
        defer { limit() }
        isEmpty = false
        isWide = isWide || changes.isWide
        newestEntry = max(newestEntry, changes.entries.last?.seq ?? 0)
        guard !isWide else { return }
        secrets.formUnion(changes.schedules)
        for rotation in changes.rotations {
            rotations.insert(rotation.id)
            // Its hold may be another one, too.
            secrets.insert(rotation.secret)
        }
        for request in changes.requests {
            switch request {
            case .added(let id, let secret, _):
                requests.insert(id)
                secrets.insert(secret)
            case .served(let secret, let rotation), .released(let secret, let rotation):
                secrets.insert(secret)
                rotations.insert(rotation)
            case .dropped(let secret): secrets.insert(secret)
            }
        }
    }

    /// Takes in what another scope names.
    mutating func add(_ other: CopyScope) {
        defer { limit() }
        isEmpty = isEmpty && other.isEmpty
        isWide = isWide || other.isWide
        newestEntry = max(newestEntry, other.newestEntry)
        rotations.formUnion(other.rotations)
        secrets.formUnion(other.secrets)
        requests.formUnion(other.requests)
    }

    /// Names nothing where all is compared, and compares all where too much is named: a copy that can't be written for long
    /// must not fill the memory.
    private mutating func limit() {
        if rotations.count + secrets.count + requests.count > Self.largestCount { isWide = true }
        guard isWide else { return }
        (rotations, secrets, requests) = ([], [], [])
    }
}

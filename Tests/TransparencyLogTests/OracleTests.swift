import TestSupport
import Testing
import TransparencyLog

/// What is written here, checked by programs that share no code with us.
@Suite("Checked by Go's and Python's own means", .timeLimit(.minutes(5)))
struct OracleTests {
    private static let sumdb = "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go"

    private static let sizes = [1, 2, 3, 7, 8, 64, 100, 257]

    @Test(
        "Go's sumdb packages accept logs, checkpoints and proofs, and make the same proofs",
        .enabled("needs Debian's golang-go and golang-golang-x-mod-dev") {
            guard await ExternalProgram.succeeds(["go", "version"]) else { return false }
            return await ExternalProgram.succeeds(["test", "-e", sumdb])
        }
    )
    func go() async throws {
        try await TemporaryFolder.with { tools in
            let environment = [
                "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOCACHE": tools.file("cache"),
            ]
            let oracle = tools.file("oracle")
            let built = try await ExternalProgram.run(
                ["go", "build", "-o", oracle, ExternalProgram.oracle("main.go")],
                environment: environment
            )
            try #require(built.status == 0, "\(built.output)")
            for size in Self.sizes {
                try await TemporaryFolder.with { try await goChecks(size, in: $0, oracle) }
            }
        }
    }

    private func goChecks(_ size: Int, in folder: TemporaryFolder, _ oracle: String) async throws {
        let (indices, oldSizes) = (Array(0..<size), Array(1...size))
        let written = try WrittenLog(try TestLog(count: size), in: folder, indices: indices, oldSizes: oldSizes)
        func run() async throws -> ExternalProgram.Ending { try await ExternalProgram.run([oracle, folder.path]) }
        let ending = try await run()
        #expect(ending.output == "leaves \(size) inclusion \(size) consistency \(size) other signatures 2\n")
        var changes: [(String, (String) -> String)] = [
            ("leaves", { $0.replacing("succeeded", with: "failed", maxReplacements: 1) }),
            ("checkpoint", { $0.replacing("\n\(size)\n", with: "\n\(size + 1)\n") }),
            ("checkpoint", { $0.replacing("\n\n", with: "\nextended\n\n") }),
        ]
        if size > 1 {
            changes += [
                ("consistency-1", { String($0.dropLast(45)) }),
                ("0.tlog-proof", { $0.replacing("index 0", with: "index 1") }),
            ]
        }
        for (name, change) in changes {
            let ending = try await written.changing(name, change, run)
            #expect(ending.status == 1, "\(name), size \(size)")
        }
    }

    @Test(
        "a Python program of hashlib and cryptography accepts exports, checkpoints, proofs, cosignatures and policies",
        .enabled("needs PyPI's cryptography") {
            await ExternalProgram.succeeds(["python3", "-c", "import cryptography"])
        },
        arguments: sizes
    )
    func python(size: Int) async throws {
        try await TemporaryFolder.with { folder in
            let some = [0, size / 3, size / 2, size - 1]
            let written = try WrittenLog(
                try TestLog(count: size),
                in: folder,
                indices: some,
                oldSizes: some.map { $0 + 1 }
            )
            func run() async throws -> ExternalProgram.Ending { try await verify(written, indices: some) }
            let ending = try await run()
            #expect(ending.output == "right: size \(size) consistency 4 inclusion 4\n")
            #expect(ending.status == 0)
            let last = some[3]
            let changes: [(String, (String) -> String)] = [
                ("leaves", { $0.replacing("succeeded", with: "failed", maxReplacements: 1) }),
                ("leaves", { $0 + "{}\n" }),
                ("checkpoint", { $0.replacing("\n\(size)\n", with: "\n\(size + 1)\n") }),
                // The first signature line is the log's.
                ("checkpoint", { $0.replacing("— log.example", with: "— logs.example", maxReplacements: 1) }),
                ("checkpoint", { $0.replacing("\n\n", with: "\nextended\n\n") }),
                ("checkpoint", { String($0.prefix { $0 != "w" }.dropLast(2)) }),
                ("policy", { $0.replacing("group g 2", with: "group g 3") }),
                ("policy", { $0.replacing("quorum g", with: "quorum w3") }),
                ("policy", { $0.replacing("log ", with: "log x") }),
                ("leaf-\(last)", { $0 + " " }),
                ("\(last).tlog-proof", { $0.replacing("index \(last)\n", with: "index \(last + 1)\n") }),
                ("old-\(last + 1)", { $0.replacing("\n\(last + 1)\n", with: "\n\(last + 2)\n") }),
                ("consistency-1", { $0 + "\(MerkleHash.emptyRoot)\n" }),
            ]
            for (name, change) in changes {
                let ending = try await written.changing(name, change, run)
                #expect(
                    ending.status == 1 && ending.output.hasPrefix("wrong: "),
                    "\(name), size \(size): \(ending.output)"
                )
            }
        }
    }

    private func verify(_ written: WrittenLog, indices: [Int]) async throws -> ExternalProgram.Ending {
        let folder = written.folder
        var arguments = ["python3", ExternalProgram.oracle("verify.py"), "--vkey", written.log.key.verifierKey]
        arguments += ["--checkpoint", folder.file("checkpoint"), "--leaves", folder.file("leaves")]
        arguments += ["--policy", folder.file("policy")]
        for index in indices {
            arguments += ["--old", folder.file("old-\(index + 1)"), folder.file("consistency-\(index + 1)")]
            arguments += ["--proof", folder.file("leaf-\(index)"), folder.file("\(index).tlog-proof")]
        }
        return try await ExternalProgram.run(arguments)
    }
}

// swift-tools-version: 6.2
import PackageDescription

// Targets are listed bottom up: a target imports only those above it.
let package = Package(
    name: "secret-rotator",
    products: [
        .executable(name: "secret-rotator", targets: ["secret-rotator"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CLinux"),
        .target(name: "SQLite", dependencies: ["CSQLite"]),
        .target(name: "SecretMemory", dependencies: ["CLinux"]),
        .target(name: "Scheduling"),
        // The words, the pure machines and the ports: nothing below it but what they are made of.
        .target(name: "RotationCore", dependencies: ["CLinux", "Scheduling", "SecretMemory"]),
        .target(name: "TransparencyLog", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
        // What the clients of hubs, witnesses and webhooks have in common, which must not import each other.
        .target(
            name: "HTTPHardening",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        // A witness of logs: its server, and the client that asks one.
        .target(
            name: "Witness",
            dependencies: [
                "HTTPHardening", "TransparencyLog", "SQLite",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "AIHubClient",
            dependencies: [
                "HTTPHardening", "RotationCore", "Scheduling", "SecretMemory",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ]
        ),
        // What people are told of: conditions, and how a message reaches its receiver.
        .target(
            name: "Notifications",
            dependencies: [
                "HTTPHardening", "RotationCore", "Scheduling", "SecretMemory",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "ValueGenerators",
            dependencies: [
                "CLinux", "RotationCore", "Scheduling", "SecretMemory",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),
        .target(
            name: "RotationEngine",
            dependencies: [
                "RotationCore", "Scheduling", "SecretMemory",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "RotationStore",
            dependencies: [
                "SQLite", "RotationCore", "Scheduling", "SecretMemory", "TransparencyLog",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        // Readers of the history: queries, exports, the report.
        .target(
            name: "Reporting",
            dependencies: [
                "RotationCore", "RotationStore", "TransparencyLog", "Scheduling",
                // The SHA-256 of an exported file.
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "ControlAPI",
            dependencies: [
                "RotationCore", "Scheduling", "SecretMemory",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        // The YAML files, read, checked and written. swift-configuration has the name Configuration.
        .target(
            name: "RotationConfiguration",
            dependencies: [
                "RotationCore", "Scheduling",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .target(
            name: "RotationDaemon",
            dependencies: [
                "CLinux", "ControlAPI", "SQLite", "RotationStore", "RotationEngine", "RotationCore", "TransparencyLog",
                "AIHubClient", "Reporting", "RotationConfiguration", "Witness", "Notifications",
                "Scheduling",
                "SecretMemory", "ValueGenerators",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "SandboxHub",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "secret-rotator",
            dependencies: [
                "RotationDaemon", "RotationConfiguration", "ControlAPI", "SandboxHub", "RotationStore",
                "Reporting", "RotationEngine", "RotationCore",
                "TransparencyLog", "Witness", "AIHubClient",
                "Scheduling", "SecretMemory", "SQLite", "ValueGenerators",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            // Lazy binding leaves copies of registers, and so of values, on the stack.
            linkerSettings: [.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"])]
        ),
    ]
)

package.targets += [
    // Doubles and helpers that several test targets share.
    .target(
        name: "TestSupport",
        dependencies: [
            "RotationCore", "RotationEngine", "RotationStore", "AIHubClient", "SandboxHub", "Scheduling",
            "SecretMemory",
            "ValueGenerators", "SQLite",
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "Subprocess", package: "swift-subprocess"),
        ],
        path: "Tests/Support"
    ),
    // The engine in made-up time, over real files, with faults by chance: one seed, one run.
    .target(
        name: "Simulation",
        dependencies: [
            "CSQLite", "RotationCore", "RotationEngine", "RotationStore", "AIHubClient", "Scheduling", "SecretMemory",
            "SQLite", "TestSupport", "TransparencyLog", "ValueGenerators",
            .product(name: "Logging", package: "swift-log"),
        ],
        path: "Tests/Simulation"
    ),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"]),
    .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "TestSupport"]),
    .testTarget(name: "SecretMemoryTests", dependencies: ["SecretMemory", "TestSupport"]),
    .testTarget(name: "SchedulingTests", dependencies: ["Scheduling", "TestSupport"]),
    .testTarget(
        name: "AIHubClientTests",
        dependencies: [
            "AIHubClient", "RotationCore", "SandboxHub", "SecretMemory", "TestSupport",
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ],
        exclude: ["status-below-100.txt"]
    ),
    .testTarget(
        name: "NotificationsTests",
        dependencies: [
            "Notifications", "RotationCore", "Scheduling", "TestSupport",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ]
    ),
    .testTarget(
        name: "ValueGeneratorsTests",
        dependencies: ["RotationCore", "ValueGenerators", "SecretMemory", "TestSupport"]
    ),
    .testTarget(
        name: "RotationCoreTests",
        dependencies: ["RotationCore", "Scheduling", "SecretMemory", "ValueGenerators", "TestSupport"]
    ),
    .testTarget(
        name: "TransparencyLogTests",
        dependencies: [
            "TransparencyLog", "TestSupport",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "Subprocess", package: "swift-subprocess"),
            .product(name: "SystemPackage", package: "swift-system"),
        ],
        exclude: ["Oracle", "Vectors"]
    ),
    .testTarget(
        name: "WitnessTests",
        dependencies: [
            "Witness", "TransparencyLog", "SQLite", "TestSupport",
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ]
    ),
    .testTarget(
        name: "ReportingTests",
        dependencies: [
            "Reporting", "RotationCore", "RotationStore", "Scheduling", "TestSupport", "ValueGenerators",
            .product(name: "Crypto", package: "swift-crypto"),
        ]
    ),
    .testTarget(
        name: "RotationEngineTests",
        dependencies: [
            "RotationCore", "RotationEngine", "RotationStore", "AIHubClient", "Scheduling", "SecretMemory",
            "ValueGenerators", "TestSupport",
        ]
    ),
    .testTarget(
        name: "RotationStoreTests",
        dependencies: [
            "RotationStore", "RotationCore", "RotationEngine", "Scheduling", "SecretMemory", "SQLite",
            "TransparencyLog", "ValueGenerators",
            "TestSupport",
        ]
    ),
    .testTarget(name: "ControlAPITests", dependencies: ["ControlAPI", "RotationCore", "Scheduling", "TestSupport"]),
    .testTarget(
        name: "RotationConfigurationTests",
        dependencies: [
            "RotationConfiguration", "RotationCore", "Notifications", "Scheduling", "TransparencyLog",
            "ValueGenerators", "TestSupport",
            .product(name: "Logging", package: "swift-log"),
        ]
    ),
    .testTarget(
        name: "RotationDaemonTests",
        dependencies: [
            "RotationDaemon", "RotationConfiguration", "AIHubClient", "TransparencyLog", "ControlAPI", "RotationCore",
            "RotationEngine", "Reporting", "Notifications",
            "RotationStore", "SandboxHub", "Witness",
            "SQLite", "Scheduling", "SecretMemory", "ValueGenerators", "TestSupport",
            .product(name: "Logging", package: "swift-log"),
            .product(name: "InMemoryLogging", package: "swift-log"),
        ]
    ),
    .testTarget(
        name: "AcceptanceTests",
        dependencies: [
            "secret-rotator", "RotationCore", "SQLite", "SandboxHub", "Scheduling", "TestSupport", "TransparencyLog",
            .product(name: "Subprocess", package: "swift-subprocess"),
            .product(name: "SystemPackage", package: "swift-system"),
        ],
        exclude: ["Report/check_report.py", "Observation/check_status.py", "Snapshots"]
    ),
    .executableTarget(
        name: "Benchmarks",
        dependencies: [
            "secret-rotator", "RotationCore", "RotationStore", "SQLite", "Scheduling", "SecretMemory", "Simulation",
            "TestSupport", "TransparencyLog", "ValueGenerators",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "Subprocess", package: "swift-subprocess"),
            .product(name: "SystemPackage", package: "swift-system"),
        ],
        path: "Tests/Benchmarks"
    ),
]

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .treatAllWarnings(as: .error),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
}

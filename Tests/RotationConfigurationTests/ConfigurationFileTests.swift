import Foundation
import RotationConfiguration
import TestSupport
import Testing

/// Configuration as a file.
struct ConfigurationFileTests {
    private func failure(_ path: String) throws -> ConfigurationError {
        try #require(throws: ConfigurationError.self) { try Configuration.load(path) }
    }

    @Test func fileIsReadWithItsPath() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write(configurationText(), to: "c.yaml")
            let configuration = try Configuration.load(folder.file("c.yaml"))
            #expect(configuration.path == folder.file("c.yaml"))
            #expect(configuration.database == "/var/lib/rotator.db")
        }
    }

    @Test func missingFileIsNamed() throws {
        let error = try failure("/nonexistent/c.yaml")
        #expect(error.description == "/nonexistent/c.yaml: no such file: give --config FILE")
    }

    @Test func folderIsNoFile() async throws {
        try await TemporaryFolder.with { folder in
            let error = try failure(folder.path)
            #expect(error.description == "\(folder.path): can't be read: check its permissions")
        }
    }

    @Test func emptyFileIsNamed() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("", to: "c.yaml")
            #expect(try failure(folder.file("c.yaml")).description == "\(folder.file("c.yaml")): the file is empty")
        }
    }

    @Test func bytesThatAreNoTextAreRefused() async throws {
        try await TemporaryFolder.with { folder in
            try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: folder.file("c.yaml")))
            let error = try failure(folder.file("c.yaml"))
            #expect(error.description == "\(folder.file("c.yaml")): not a UTF-8 text of at most 16 MiB")
        }
    }

    @Test func complaintNamesTheFile() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write(configurationText(more: "logg: {}"), to: "c.yaml")
            let error = try failure(folder.file("c.yaml"))
            #expect(error.description == "\(folder.file("c.yaml")):8:1: unknown key \"logg\"; did you mean log?")
        }
    }
}

import Foundation
import TestSupport

/// Makes a folder's token file one that can't be used.
func spoil(_ folder: TemporaryFolder, _ how: String) throws {
    let path = folder.file("token")
    try FileManager.default.removeItem(atPath: path)
    switch how {
    case "missing": break
    case "empty": try folder.write("\n", to: "token")
    case "two words": try folder.write("two words", to: "token")
    default:
        try folder.write("token-1", to: "token")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    }
}

import AIHubClient
import RotationCore
import SecretMemory
import Testing

/// A value of the given text.
func secret(_ text: String) throws -> SecretValue {
    var text = text
    return try text.withUTF8 { try SecretValue(LockedBytes(copying: UnsafeRawBufferPointer($0))) }
}

/// A name that must be one.
func alias(_ text: String) throws -> SecretAlias {
    try #require(SecretAlias(text))
}

/// A rate that never makes a test wait.
func unlimited() throws -> RequestRate {
    try #require(RequestRate("100000/s"))
}

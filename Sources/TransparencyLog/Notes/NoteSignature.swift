/// One signature of a note: the line `— name base64(ID ‖ signature)`.
package struct NoteSignature: Hashable, Sendable {
    /// The name of the key that made it.
    package let name: OctetString
    /// The ID of that key.
    package let id: KeyID
    /// The signature itself, without the ID.
    package let bytes: [UInt8]

    private static let prefix = "— "

    init(name: OctetString, id: KeyID, bytes: [UInt8]) {
        self.name = name
        self.id = id
        self.bytes = bytes
    }

    /// The line, with its newline.
    package var line: [UInt8] {
        Array(Self.prefix.utf8) + name.bytes + [UInt8(ascii: " ")] + Base64.encode(id.bytes + bytes) + [
            UInt8(ascii: "\n")
        ]
    }

    /// Reads a line without its newline; nil where it is no signature.
    package init?(line: some Collection<UInt8>) {
        guard let rest = line.after(Self.prefix), let space = rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let name = OctetString(bytes: rest[..<space])
        guard name.isKeyName, let bytes = Base64.decode(rest[rest.index(after: space)...]), bytes.count > 4 else {
            return nil
        }
        self.name = name
        id = KeyID(bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        self.bytes = Array(bytes.dropFirst(4))
    }
}

/// Drafts: files that are built from another database, and are useless until they are complete.
extension Connection {
    func configureDraft() throws(SQLiteError) {
        try execute("PRAGMA foreign_keys = OFF")
        try execute("PRAGMA synchronous = OFF")
        // However large a transaction is: what is not in this cache is in the file.
        try execute("PRAGMA main.cache_size = -4000")
        try execute("PRAGMA temp_store = MEMORY")
    }

    /// Attaches another database read-only to this connection, which is a draft's.
    ///
    /// Read-only also because a writing connection, if it is the last one, checkpoints the WAL when it closes.
    ///
    /// - Parameter name: The schema's name in SQL.
    package func attach(readOnly path: String, as name: String) throws(SQLiteError) {
        var address = "file:"
        for byte in Self.resolvingFolder(of: path).utf8 {
            let isPlain = byte == UInt8(ascii: "/") || (byte < 0x80 && Character(UnicodeScalar(byte)).isLetter)
            let hex = String(byte, radix: 16)
            address += isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }
        try run("ATTACH ?1 AS \(name)", address + "?mode=ro")
        try execute("PRAGMA \(name).cache_size = -2000")
    }
}

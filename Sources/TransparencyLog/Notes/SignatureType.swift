/// The signature types of C2SP signed notes that are known here: the byte before a public key.
package enum SignatureType: UInt8, Sendable {
    /// Ed25519 over the text of a note: how a log signs.
    case ed25519 = 0x01
    /// A timestamped Ed25519 cosignature of a checkpoint (cosignature/v1): how a witness signs.
    case cosignature = 0x04
}

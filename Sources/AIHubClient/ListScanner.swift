/// Extracts the items of the list `secrets` from a JSON object while it arrives.
///
/// It holds one item, and the object without its items, so that a list may be larger than memory. It does not validate
/// JSON: the decoders of the items and of the rest do that.
struct ListScanner {
    /// The largest size in bytes of an item, and of the object without its items.
    static let limit = 1024 * 1024

    /// The object without the items of its list, such as `{"secrets":[]}`.
    private(set) var shell: [UInt8] = []
    /// Whether the object is too long without its items.
    private(set) var isTooLong = false

    /// The complete items that were not yet returned; nil for one that is too long.
    private var items: [[UInt8]?] = []
    private var item: [UInt8] = []
    private var isItemTooLong = false
    private var depth = 0
    /// The depth of the list's items; nil outside the list.
    private var itemDepth: Int?
    private var isInString = false
    private var isEscaped = false
    private var key = Key.none

    /// How much of `"secrets" : [` has been read.
    private enum Key: Equatable {
        case none
        /// A string at the top level, which begins at this offset of the shell.
        case string(from: Int)
        case name
        case colon
    }

    /// Reads the next bytes.
    ///
    /// - Returns: The items that end in these bytes.
    mutating func read(_ bytes: [UInt8]) -> [[UInt8]?] {
        for byte in bytes {
            if isInString {
                keep(byte)
                readInString(byte)
            } else {
                read(byte)
            }
        }
        defer { items = [] }
        return items
    }

    private mutating func read(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            key = depth == 1 ? .string(from: shell.count) : .none
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            let isList = key == .colon && byte == UInt8(ascii: "[")
            key = .none
            keep(byte)
            if isList { itemDepth = depth }
            return
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            if itemDepth == depth { endList() }
            depth -= 1
            key = .none
        case UInt8(ascii: ",") where itemDepth == depth: return endItem()
        case UInt8(ascii: ":"): key = key == .name ? .colon : .none
        case _ where Self.isSpace(byte): break
        default: key = .none
        }
        keep(byte)
    }

    private mutating func readInString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            guard case .string(let start) = key else { return }
            key = shell[start...].elementsEqual("\"secrets\"".utf8) ? .name : .none
        }
    }

    private mutating func endList() {
        // Only a non-empty list has a last item.
        if isItemTooLong || !item.allSatisfy(Self.isSpace) { endItem() }
        item = []
        itemDepth = nil
    }

    private mutating func endItem() {
        items.append(isItemTooLong ? nil : item)
        item.removeAll(keepingCapacity: true)
        isItemTooLong = false
    }

    private mutating func keep(_ byte: UInt8) {
        if itemDepth != nil {
            if item.count < Self.limit { item.append(byte) } else { isItemTooLong = true }
        } else {
            if shell.count < Self.limit { shell.append(byte) } else { isTooLong = true }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}

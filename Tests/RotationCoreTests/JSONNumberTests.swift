import Foundation
import RotationCore
import TestSupport
import Testing

@Suite("Numbers with fractions in canonical JSON (RFC 8785, section 3.2.2.3)")
struct JSONNumberTests {
    /// RFC 8785, appendix B: the bits of a number, and its text.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"), (0x7fff_ffff_ffff_ffff, "null"),
            (0x7ff0_0000_0000_0000, "null"),
        ] as [(UInt64, String)]
    )
    func vectorOfTheRFC(bits: UInt64, text: String) {
        #expect(JSONValue.number(Double(bitPattern: bits)).canonicalText == text)
    }

    /// Python's `repr` has the same shortest digits, in another layout.
    @Test(arguments: [0x5EED_0171, 0x5EED_0172] as [UInt64])
    func digitsAreThoseOfPython(seed: UInt64) throws {
        let program = """
            import struct, sys
            for line in sys.stdin:
                bits, text = line.split()
                number = struct.unpack('>d', bytes.fromhex(bits.rjust(16, '0')))[0]
                digits = lambda t: t.split('e')[0].replace('.', '').replace('-', '').strip('0')
                print(float(text) == number and digits(text) == digits(repr(number)))
            """
        var random = SplitMix64(seed: seed)
        let numbers = (0..<4000).map { index -> Double in
            let bits = UInt64.random(in: .min ... .max, using: &random)
            return index % 2 == 0 ? Double(bitPattern: bits) : Double(Int64(bitPattern: bits) >> 20) / 1000
        }.filter { $0.isFinite && $0 != 0 }
        let lines = numbers.map { String($0.bitPattern, radix: 16) + " " + JSONValue.number($0).canonicalText }
        let answers = try Python.run(program, lines: lines)
        #expect(answers.count == numbers.count)
        #expect(answers.firstIndex { $0 != "True" } == nil, "seed \(seed)")
    }

    /// What is read from JSON is written back as it was.
    @Test(arguments: [
        ("1.5", "1.5"), ("1700000000.5", "1700000000.5"), ("-0.25", "-0.25"), ("1e-7", "1e-7"), ("5.0", "5"),
        ("1e3", "1000"), ("9007199254740993", "9007199254740993"), ("-9223372036854775808", "-9223372036854775808"),
        (#"{"a":[0.1,{"b":2.5}]}"#, #"{"a":[0.1,{"b":2.5}]}"#),
    ])
    func numberIsReadAndWrittenBack(text: String, again: String) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(value.losslessText == again)
        let encoded = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: encoded) == value)
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e300", "1e999"])
    func numberThatWouldBeRoundedIsRefused(text: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) }
    }
}

import Foundation
import TestSupport

/// The parser of the official Python client, which we did not write.
enum PrometheusParser {
    static var isPossible: Bool {
        get async {
            (try? await offPool { try Python.run("import prometheus_client; print(1)", lines: []) }) == ["1"]
        }
    }

    /// The values of a label of all samples, in their order.
    static func labels(of text: String, _ name: String) async throws -> [String] {
        let program = """
            import json, sys
            from prometheus_client.parser import text_string_to_metric_families as parse
            for family in parse(json.loads(sys.stdin.read())):
                for sample in family.samples: print(json.dumps(sample.labels[\"\(name)\"]))
            """
        return try await read(program, text)
    }

    /// The names of all metrics, as their `TYPE` lines have them.
    static func names(of text: String) async throws -> [String] {
        let program = """
            import json, sys
            from prometheus_client.parser import text_string_to_metric_families as parse
            for family in parse(json.loads(sys.stdin.read())):
                assert family.documentation and family.type != 'unknown', family
                print(json.dumps(family.name))
            """
        return try await read(program, text)
    }

    private static func read(_ program: String, _ text: String) async throws -> [String] {
        let input = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        return try await offPool {
            try Python.run(program, lines: [input]).map { try JSONDecoder().decode(String.self, from: Data($0.utf8)) }
        }
    }
}

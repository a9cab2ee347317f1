import RotationCore
import Testing

struct HubErrorTests {
    @Test(arguments: [
        (HubError.Kind.unauthorized, HubError.Effect.none, false),
        (.forbidden, .none, false),
        (.notFound, .none, true),
        (.conflict, .none, true),
        (.rejected, .none, true),
        (.redirected, .none, true),
        (.throttled, .none, false),
        (.unavailable, .unknown, false),
        (.legacyError, .unknown, false),
        (.malformed, .unknown, false),
        (.timedOut, .unknown, false),
        (.connectionFailed, .none, false),
        (.connectionLost, .unknown, false),
        (.tls, .none, false),
        (.noToken, .none, false),
        (.cancelled, .unknown, false),
        (.notSent, .none, false),
    ])
    func kindTellsEffectAndWhetherToTryAgain(kind: HubError.Kind, effect: HubError.Effect, isDefinite: Bool) {
        #expect(HubError(kind).effect == effect)
        #expect(HubError(kind).isDefinite == isDefinite)
    }

    @Test(arguments: HubError.Kind.allCases)
    func whatIsDefiniteHadNoEffect(kind: HubError.Kind) {
        #expect(!HubError(kind).isDefinite || HubError(kind).effect == .none)
    }

    /// The raw values stand in the database, the audit log and metrics: none may ever change.
    @Test func rawValuesAreKept() {
        let names = HubError.Kind.allCases.map(\.rawValue)
        #expect(
            names == [
                "unauthorized", "forbidden", "not_found", "conflict", "rejected", "redirected", "throttled",
                "unavailable", "legacy_error", "malformed", "unconfirmed", "timed_out", "connection_failed",
                "connection_lost", "tls", "no_token", "cancelled", "not_sent",
            ]
        )
    }

    @Test(arguments: [
        (HubError(.notFound, status: 404, requestID: "r-1"), "the hub has no such secret (HTTP 404), request r-1"),
        (HubError(.timedOut), "no answer within the time-out"),
        (
            HubError(.redirected, status: 302, redirectHost: "login.example"),
            "the hub redirects to login.example: correct the hub's url (HTTP 302)"
        ),
        (HubError(.redirected), "the hub redirects to another host: correct the hub's url"),
    ])
    func descriptionSaysWhatHappened(error: HubError, text: String) {
        #expect(error.description == text)
    }
}

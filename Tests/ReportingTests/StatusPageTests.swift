import Crypto
import Foundation
import Reporting
import Scheduling
import TestSupport
import Testing

/// The status page as text; a browser looks at it in the acceptance tests.
struct StatusPageTests {
    private static let hostile = "<script>alert('x')</script>\" onload=\"x\u{202E}\u{1B}[31m\n\ndata: y"

    @Test func hostileTextsAreText() {
        let observation = ObservationSample.full(Self.hostile)
        let page = StatusPage.html(observation)
        // The page's own script, and none else.
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(page.components(separatedBy: "&lt;script&gt;").count > 8)
        #expect(!page.contains("\" onload="))
        #expect(
            page.unicodeScalars.allSatisfy {
                $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory)
            }
        )
        for (part, html) in StatusPage.parts(observation) {
            let event = StatusPage.event(part, html: html)
            // A line break would end the event and begin another field.
            #expect(!event.contains("\n") && !event.contains("\r"), "\(part)")
            #expect(page.contains(html), "\(part)")
        }
    }

    /// The policy names exactly the scripts and style sheets of the page; nothing else could run.
    @Test func policyAllowsThePagesOwnCodeAlone() {
        let page = StatusPage.html(ObservationSample.full())
        for (element, count) in [("script", 1), ("style", 2)] {
            let bodies = page.components(separatedBy: "<\(element)>").dropFirst()
                .compactMap { $0.components(separatedBy: "</\(element)>").first }
            #expect(bodies.count == count)
            for body in bodies {
                let hash = Data(SHA256.hash(data: Data(body.utf8))).base64EncodedString()
                #expect(StatusPage.policy.contains("'sha256-\(hash)'"), "\(element)")
            }
        }
        #expect(StatusPage.policy.contains("default-src 'none'"))
        #expect(!StatusPage.policy.contains("unsafe"))
        #expect(page.firstMatch(of: #/ on[a-z]+=| style=|javascript:|https?:(?!\/\/www.w3.org\/2000\/svg)/#) == nil)
    }

    @Test func bannerSaysWhatIsWrong() {
        var observation = ObservationSample.full()
        #expect(StatusPage.html(observation).contains("1 problem needs a person"))
        observation.problems = []
        #expect(StatusPage.html(observation).contains("All is well"))
        observation.obstacle = "behind"
        #expect(StatusPage.html(observation).contains("The daemon is not ready: behind"))
        observation.isStalled = true
        #expect(StatusPage.html(observation).contains("The engine makes no progress"))
    }

    /// A section is sent again only if it has changed: it must not contain the time of the observation.
    @Test func sectionsStandStill() {
        var later = ObservationSample.full()
        later.at = later.at.advanced(by: .seconds(600))
        later.figuresAt = later.at
        later.lastPass = later.at
        let (first, second) = (StatusPage.parts(ObservationSample.full()), StatusPage.parts(later))
        #expect(first.map(\.html) == second.map(\.html))
    }
}

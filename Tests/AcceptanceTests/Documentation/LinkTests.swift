import Foundation
import Testing

@Suite struct LinkTests {
    /// The links of a page that lead nowhere: files, guides and anchors within the repository.
    private static func broken(_ page: Page) -> [String] {
        page.prose.matches(of: #/\]\(([^)\s]+)\)|<(doc:[^>]+)>/#).compactMap { match in
            let link = String(match.output.1 ?? match.output.2 ?? "")
            guard link.firstMatch(of: #/^(https?|mailto):/#) == nil else { return nil }
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let target = self.target(parts[0], from: page)
            guard FileManager.default.fileExists(atPath: Page.root + target) else { return link }
            guard parts.count == 2 else { return nil }
            let anchors = target == page.path ? page.anchors : Page(target).anchors
            return anchors.contains(Page.anchor(parts[1])) ? nil : link
        }
    }

    /// The path in the repository of what a link leads to.
    private static func target(_ link: String, from page: Page) -> String {
        if link.isEmpty { return page.path }
        if link.hasPrefix("doc:") { return "\(Page.catalogue)/\(link.dropFirst(4)).md" }
        let folder = URL(filePath: "/" + page.path).deletingLastPathComponent()
        return String(folder.appending(path: link).standardizedFileURL.path().dropFirst())
    }

    /// The files of the repository that a page names in backquotes and that do not exist.
    private static func missing(_ page: Page) -> [String] {
        Page.words(in: page.prose).filter { word in
            word.firstMatch(of: #/^(Sources|Tests|config|systemd|\.ci|\.github)/[^\s*]+$/#) != nil
                && !FileManager.default.fileExists(atPath: Page.root + word)
        }
    }

    @Test(arguments: Page.all)
    func eachLinkLeadsSomewhere(page: Page) {
        #expect(!page.text.isEmpty)
        #expect(Self.broken(page) == [])
    }

    @Test(arguments: Page.all)
    func eachNamedFileExists(page: Page) {
        #expect(Self.missing(page) == [])
    }

    @Test func brokenLinksAreFound() {
        let text = """
            # Title
            [a](nothing.md) [b](README.md#nowhere) [c](#title) [d](#nowhere) [e](doc:Nothing) <doc:Operating#nowhere>
            [f](doc:Operating#Versions-before-100-beta1) [g](.github/CONTRIBUTING.md#build-and-test) `Sources/Nothing`
            `Sources/RotationCore` [h](https://example.com/nothing)
            """
        let page = Page("README.md", text: text)
        #expect(
            Self.broken(page) == [
                "nothing.md", "README.md#nowhere", "#nowhere", "doc:Nothing", "doc:Operating#nowhere",
            ]
        )
        #expect(Self.missing(page) == ["Sources/Nothing"])
    }

    /// Each guide is on the first page, so that a reader finds it.
    @Test(arguments: Page.guides)
    func eachGuideIsInTheListOfTopics(guide: Page) {
        let name = guide.path.dropFirst(Page.catalogue.count + 1).dropLast(3)
        #expect(name == "secret-rotator" || Page.guide("secret-rotator").text.contains("- <doc:\(name)>\n"))
        #expect(name == "secret-rotator" || Page.readme.text.contains("(\(guide.path))"))
    }
}

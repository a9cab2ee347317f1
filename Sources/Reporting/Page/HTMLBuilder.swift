/// Puts pieces of a page together; a text is escaped.
@resultBuilder
package enum HTMLBuilder {
    package static func buildExpression(_ text: String) -> HTML { HTML(text) }
    package static func buildExpression(_ html: HTML) -> HTML { html }
    package static func buildBlock(_ parts: HTML...) -> HTML { buildArray(parts) }
    package static func buildOptional(_ part: HTML?) -> HTML { part ?? HTML() }
    package static func buildEither(first part: HTML) -> HTML { part }
    package static func buildEither(second part: HTML) -> HTML { part }
    package static func buildArray(_ parts: [HTML]) -> HTML {
        var all = HTML()
        for part in parts { all += part }
        return all
    }
}

/// An element of a page.
func tag(_ name: StaticString, _ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML) -> HTML {
    HTML(name, attributes, content())
}

/// An element of a page that has a text alone.
func tag(_ name: StaticString, _ attributes: HTML.Attribute..., text: String) -> HTML {
    HTML(name, attributes, HTML(text))
}

import Testing

/// How comments and commented keys of an example file are told apart.
struct ExampleFileTests {
    private static let text = """
        # A head: not the comment of a key.

        # The hubs
        # in words.
        hubs:
          one:
            # A time: not a key.
            timeout: 30s
            # The socket.
            # socket: /run/hub.sock
        # Receivers.
        # notifications:
        #   # Its name.
        #   - name: pager
        #     when: [a, b]
        #   - name: chat
        """

    @Test func keysHaveTheirCommentsAndPaths() {
        let keys = ExampleFile(text: Self.text).keys
        #expect(
            keys.map(\.path) == [
                "hubs", "hubs.one", "hubs.one.timeout", "hubs.one.socket", "notifications", "notifications[].name",
                "notifications[].when", "notifications[].name",
            ]
        )
        #expect(
            keys.map(\.comment) == [
                "The hubs in words.", "", "A time: not a key.", "The socket.", "Receivers.", "Its name.", "", "",
            ]
        )
        #expect(keys.map(\.value) == ["", "", "30s", "/run/hub.sock", "", "pager", "[a, b]", "chat"])
        #expect(keys.filter(\.isCommentedOut).count == 5)
    }

    @Test func textHasCommentedKeysAsKeys() {
        let example = ExampleFile(text: Self.text)
        let whole = """

            hubs:
              one:
                timeout: 30s
                socket: /run/hub.sock
            notifications:
              - name: pager
                when: [a, b]
              - name: chat

            """
        #expect(example.text() == whole)
        #expect(example.text(without: [example.keys[1]]).contains("one") == false)
        #expect(example.text(without: [example.keys[4]]).hasSuffix("hub.sock\n"))
    }
}

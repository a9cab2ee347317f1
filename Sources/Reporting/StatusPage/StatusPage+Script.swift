extension StatusPage {
    /// The page's only script: it replaces sections by those of the stream of events, and writes how far away instants are.
    ///
    /// Where a section is replaced, focus, scrolled tables and opened details stay as they were.
    static let script: StaticString = """
        (() => {
          "use strict";
          const live = document.getElementById("live"), news = document.getElementById("news");
          const say = (line, text) => { if (line.textContent !== text) line.textContent = text; };
          const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
          const words = (seconds) => {
            const first = units.findIndex(([, size]) => seconds >= size);
            if (first < 0) return "now";
            const [name, size] = units[first], next = units[first + 1];
            const rest = next ? Math.floor((seconds % size) / next[1]) : 0;
            return Math.floor(seconds / size) + "\\u00a0" + name + (rest ? " " + rest + "\\u00a0" + next[0] : "");
          };
          const tell = () => {
            for (const span of document.querySelectorAll(".ago")) {
              const seconds = (Date.parse(span.previousElementSibling.dateTime) - Date.now()) / 1000;
              const text = words(Math.abs(seconds));
              say(span, text === "now" ? "now" : seconds > 0 ? "in " + text : text + " ago");
            }
          };
          const each = (node, selector) => [...node.querySelectorAll(selector)];
          const replace = (id, html) => {
            const old = document.getElementById(id);
            const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id);
            if (!old || !fresh) return;
            const stops = "a,summary,[tabindex]";
            const focus = each(old, stops).indexOf(document.activeElement);
            const left = each(old, ".scroll").map((one) => one.scrollLeft);
            const open = each(old, "details").map((one) => one.open);
            old.replaceWith(fresh);
            each(fresh, "details").forEach((one, index) => { one.open = open[index] || false; });
            each(fresh, ".scroll").forEach((one, index) => { one.scrollLeft = left[index] || 0; });
            if (focus >= 0) each(fresh, stops)[focus]?.focus({ preventScroll: true });
            if (id === "health") {
              const title = fresh.querySelector("h2").textContent.trim();
              say(news, title);
              document.title = title + " \\u2013 secret-rotator";
            }
          };
          const connect = () => {
            const source = new EventSource("/events");
            source.addEventListener("part", (event) => {
              const { id, html } = JSON.parse(event.data);
              replace(id, html);
              tell();
            });
            source.addEventListener("open", () => { live.className = "on"; say(live, "Live"); });
            source.addEventListener("error", () => {
              live.className = "off";
              say(live, "Not connected: trying again");
              // A browser tries again by itself, but for an answer such as 503.
              if (source.readyState === EventSource.CLOSED) setTimeout(connect, 15000);
            });
          };
          connect();
          tell();
          setInterval(tell, 1000);
        })();
        """
}

#!/usr/bin/env python3
"""Writes the guides as plain pages: those for people into FOLDER, those of each module into FOLDER/MODULE.

guides.py FOLDER

Links to other pages become relative ones. Ends with 1 if a link leads to no page.
"""

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# The module whose pages are for people.
MAIN = "secret-rotator"
# What the package has elsewhere.
ELSEWHERE = {
    "Tests/TransparencyLogTests/Oracle/verify.py": "/usr/share/doc/secret-rotator/examples/verify.py",
}


def place(module, name):
    """The path of a page in the folder."""
    return f"{name}.md" if module == MAIN else f"{module}/{name}.md"


def page_text(module, text, pages):
    """The text of a page of a module, as it is in the folder."""
    up = "" if module == MAIN else "../"

    def path(name):
        """The path from this page to another, of the same module or for people."""
        if place(module, name) in pages:
            return f"{name}.md"
        if f"{name}.md" in pages:
            return f"{up}{name}.md"
        raise SystemExit(f"{module}: there is no page {name}")

    def title(name):
        """The first heading of another page."""
        target = place(module, name) if place(module, name) in pages else f"{name}.md"
        return pages[target].read_text(encoding="utf-8").split("\n")[0].removeprefix("# ").replace("`", "")

    def source(match):
        target = place(match[1], match[2])
        if target not in pages:
            raise SystemExit(f"{module}: there is no page {target}")
        return f"[{target.removesuffix('.md')}]({up}{target})"

    text = re.sub(r"(?m)^<!-- .* -->\n", "", text)
    text = re.sub(r"<doc:(\w+)>", lambda match: f"[{title(match[1])}]({path(match[1])})", text)
    text = re.sub(r"\(doc:(\w+)", lambda match: f"({path(match[1])}", text)
    text = re.sub(r"\((\S+\.md)(#[\w-]+)\)", lambda match: f"({match[1]}{match[2].lower()})", text)
    text = re.sub(r"`Sources/([\w-]+)/Documentation\.docc/(\w+)\.md`", source, text)
    text = re.sub(r"`(?:Sources/[\w-]+/Documentation\.docc/)?Resources/([\w.-]+)`", rf"[\1]({up}../\1)", text)
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    for old, new in ELSEWHERE.items():
        text = text.replace(old, new)
    return text


def main(folder):
    sources = sorted(REPOSITORY.glob("Sources/*/Documentation.docc/*.md"))
    pages = {place(path.parts[-3], path.stem): path for path in sources}
    for target, path in pages.items():
        text = page_text(path.parts[-3], path.read_text(encoding="utf-8"), pages)
        if "doc:" in text:
            raise SystemExit(f"{target}: a link is left")
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_text(text, encoding="utf-8")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(Path(sys.argv[1]))

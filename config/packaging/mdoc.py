"""Writes pages of the manual in mdoc(7)."""

import re
import time

# What a page of the documentation calls a file of the repository, and where the package has it.
PLACES = {
    "config/generators": "/usr/share/secret-rotator/generators",
    "config/": "/usr/share/doc/secret-rotator/examples/",
}


class Page:
    """Collects the lines of a page, with a paragraph macro only where one is needed."""

    def __init__(self, name, section, about, date):
        self.lines = [f".Dd {time.strftime('%B %-d, %Y', time.gmtime(date))}", f".Dt {name.upper()} {section}", ".Os"]
        self.lines += [".Sh NAME", f".Nm {name}", f".Nd {about}"]
        self.after_text = False

    def section(self, title):
        self.lines.append(f".Sh {title.upper()}")
        self.after_text = False

    def subsection(self, title):
        self.lines.append(f".Ss {title}")
        self.after_text = False

    def paragraph(self, text):
        if self.after_text:
            self.lines.append(".Pp")
        self.text(text)
        self.after_text = True

    def text(self, text):
        """A sentence ends at the end of a line, so that formatters space it well."""
        self.lines += [guarded(line) for line in sentences(text)]

    def items(self, texts):
        self.lines.append(".Bl -bullet")
        for text in texts:
            self.lines.append(".It")
            self.text(text)
        self.lines.append(".El")
        self.after_text = True

    def tagged(self, pairs):
        """A list of terms, each with its paragraphs."""
        self.lines.append(".Bl -tag -width Ds")
        for term, paragraphs in pairs:
            self.lines.append(f'.It Sy "{escaped(term)}"')
            for index, text in enumerate(paragraphs):
                if index > 0:
                    self.lines.append(".Pp")
                self.text(text)
        self.lines.append(".El")
        self.after_text = True

    def literal(self, lines):
        self.lines.append(".Bd -literal -offset indent")
        self.lines += [guarded(escaped(line)) for line in lines]
        self.lines.append(".Ed")
        self.after_text = True

    def see_also(self, pages):
        """Other pages, such as `secret-rotator 1`, in the order of their sections."""
        self.section("SEE ALSO")
        ordered = sorted(pages, key=lambda page: (page.split()[1], page))
        self.lines += [f".Xr {page}{' ,' if page != ordered[-1] else ''}" for page in ordered]

    def __str__(self):
        return "\n".join(self.lines) + "\n"


def escaped(text):
    """A text as it stands, such as a command."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")


def inline(text):
    """A text of Markdown: code in bold, emphasis in italics, links as their texts."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("\\|", "|")
    parts = re.split(r"`([^`]*)`", text)
    for index, part in enumerate(parts):
        if index % 2:
            parts[index] = f"\\fB{escaped(placed(part))}\\fR"
        else:
            part = part.replace("\\", "\\e")
            part = re.sub(r"\*\*([^*]+)\*\*", r"\\fB\1\\fR", part)
            parts[index] = re.sub(r"\*([^*]+)\*", r"\\fI\1\\fR", part)
    return "".join(parts)


def plain(text):
    """A text of Markdown without marks."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("\\|", "|")
    return placed(re.sub(r"[`*]", "", text))


def placed(text):
    for place, path in PLACES.items():
        if text.startswith(place):
            return path + text.removeprefix(place)
    return text


def sentences(text):
    """The sentences of a text, each with its end."""
    return re.split(r"(?<=[\w)\]'\"}][.?!])\s+(?=[(\\\"']*[A-Z0-9$])", text.strip())


def guarded(line):
    """A line that is no macro."""
    return "\\&" + line if line[:1] in (".", "'") else line

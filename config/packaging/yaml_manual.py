#!/usr/bin/env python3
"""Prints secret-rotator.yaml(5) in mdoc, made from the comments of the example configuration.

yaml_manual.py FILE
"""

import os
import re
import sys
import time

# A commented line that is YAML: a key without a value, or with one that can't be prose.
COMMENTED_KEY = re.compile(r"#( +)?(- )?[a-z_]+:( [\[{].*| \S+)?$")


class Page:
    """Collects paragraphs and literal blocks."""

    def __init__(self):
        self.lines = []
        self.paragraph = []
        self.is_literal = False

    def prose(self, text):
        # What explains one key of several is a paragraph of its own.
        if self.is_literal or re.match(r"[a-z_]+: ", text):
            self.close()
        self.paragraph.append(text)

    def literal(self, text):
        if not self.is_literal:
            self.close()
            self.lines.append(".Bd -literal -offset indent")
        self.is_literal = True
        self.lines.append(escaped(text).replace("-", "\\-"))

    def close(self, begin=".Pp"):
        if self.is_literal:
            self.lines.append(".Ed")
        if self.paragraph:
            # A sentence ends at the end of a line, so that formatters space it well.
            sentences = re.sub(r"(?<=[.?!]) (?=[A-Z])", "\n", " ".join(self.paragraph))
            self.lines += [begin, *map(escaped, sentences.split("\n"))]
        self.paragraph, self.is_literal = [], False

    def section(self, title):
        self.close()
        self.lines.append(f".Ss {title}")


def escaped(text):
    text = text.replace("\\", "\\e")
    return "\\&" + text if text[:1] in (".", "'") else text


def blocks(lines):
    """The file's parts between empty lines."""
    block = []
    for line in lines + [""]:
        if line:
            block.append(line)
        elif block:
            yield block
            block = []


def title(block):
    """The first key at the left margin, commented or not."""
    for line in block:
        if found := re.match(r"(?:# )?([a-z_]+):(?: [\[{].*| \S+)?$", line):
            return found[1]
    return None


def write(block, page):
    """Writes one block: comments as prose, keys and commented keys as they stand."""
    example = False
    for line in block:
        bare = line.lstrip()
        if not bare.startswith("#"):
            example = False
            page.literal(line)
        elif COMMENTED_KEY.fullmatch(bare) or (example and re.match(r"#  +|# - ", bare)):
            example = True
            page.literal(line)
        else:
            example = False
            page.prose(bare.removeprefix("#").strip())
    page.close()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        head, *rest = blocks(file.read().splitlines())
    date = time.strftime("%B %-d, %Y", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
    page = Page()
    page.lines += [f".Dd {date}", ".Dt SECRET-ROTATOR.YAML 5", ".Os", ".Sh NAME", ".Nm secret-rotator.yaml"]
    page.lines.append(".Nd configuration of secret-rotator")
    for line in head:
        page.paragraph.append(line.removeprefix("#").strip().removeprefix("secret-rotator: configuration. "))
    page.close(begin=".Sh DESCRIPTION")
    page.lines.append(".Sh KEYS")
    for block in rest:
        if key := title(block):
            page.section(key)
        write(block, page)
    page.lines += [".Sh FILES", ".Bl -tag -width Ds", ".It Pa /etc/secret-rotator/secret-rotator.yaml"]
    page.lines += ["The configuration, unless", ".Ev SECRET_ROTATOR_CONFIG", "or", ".Fl \\-config"]
    page.lines += ["names another.", ".El"]
    page.lines += [".Sh SEE ALSO", ".Xr secret-rotator 1"]
    print("\n".join(line for line in page.lines if line))


main()

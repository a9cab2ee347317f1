#!/usr/bin/env python3
"""Prints a page of the manual, made from pages of the documentation.

page_manual.py NAME SECTION ABOUT PAGE... --see PAGE...

A PAGE is the path of a Markdown file: each of its sections becomes one; with #Heading at its end only that section,
with #Heading=TITLE under another title. Sessions, which tests run, are left out, and what speaks of the sources.
"""

import os
import re
import sys

from mdoc import Page, inline, plain


def blocks(text):
    """The blocks of a Markdown text, as pairs of a kind and its content."""
    lines = iter(text.splitlines() + [""])
    paragraph = []
    for line in lines:
        if line.startswith("```"):
            code = []
            for inner in lines:
                if inner.startswith("```"):
                    break
                code.append(inner)
            yield "code", code
        elif not line.strip():
            if paragraph:
                yield kind(paragraph)
            paragraph = []
        elif re.match(r"#+ |<!--|@Metadata", line):
            yield "mark", line
        else:
            paragraph.append(line)


def kind(lines):
    """A paragraph, a list or a table."""
    if lines[0].startswith("| "):
        rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
        return "table", [rows[0]] + rows[2:]
    if lines[0].startswith("- "):
        return "list", re.split(r"\n- ", "\n".join(lines).removeprefix("- "))
    return "text", " ".join(line.strip() for line in lines)


def sections(path):
    """The sections of a page, as pairs of a heading and its blocks; the first one is the page's own head."""
    found = [("", [])]
    with open(path, encoding="utf-8") as file:
        for block in blocks(file.read()):
            if block[0] == "mark" and block[1].startswith("## "):
                found.append((block[1][3:], []))
            else:
                found[-1][1].append(block)
    return found[1:]


def without_sessions(found):
    """Leaves out each session with the paragraph that introduces it."""
    kept, is_session = [], False
    for block in found:
        if block == ("mark", "<!-- session -->"):
            is_session = True
            if kept and kept[-1][0] == "text":
                kept.pop()
        elif not (is_session and block[0] == "code"):
            kept.append(block)
        if block[0] == "code":
            is_session = False
    return kept


def without_sources(text):
    """Leaves out sentences about the sources, which the package does not have."""
    parts = re.split(r"(?<=\.)\s+(?=[`\[A-Z])", text)
    return " ".join(part for part in parts if not re.search(r"`(Sources|Tests)/|This page is generated", part))


def terms(head, rows):
    """The rows of a table as terms with their paragraphs: the middle columns, then the last one."""
    found = []
    for first, *cells in rows:
        texts = []
        middle = [
            cell if index == 0 or cell == "required" else f"{head[index + 1]} {cell}"
            for index, cell in enumerate(cells[:-1])
            if cell
        ]
        if middle:
            texts.append(inline("; ".join(middle)))
        if cells[-1]:
            texts.append(inline(cells[-1] if head[-1] == "meaning" or len(head) == 2 else f"{head[-1]}: {cells[-1]}"))
        if first:
            found.append((plain(first), texts))
        elif found:
            # It has no term: it goes on about the one before it.
            found[-1][1].extend(texts)
    return found


def write(page, found):
    for form, content in without_sessions(found):
        if form == "mark" and content.startswith("### "):
            page.subsection(plain(content[4:]))
        elif form == "text" and without_sources(content):
            page.paragraph(inline(without_sources(content)))
        elif form == "list":
            page.items([inline(" ".join(item.split())) for item in content])
        elif form == "code":
            page.literal(content)
        elif form == "table":
            page.tagged(terms(content[0], content[1:]))


def main():
    name, section, about, *arguments = sys.argv[1:]
    at = arguments.index("--see")
    page = Page(name, section, about, int(os.environ["SOURCE_DATE_EPOCH"]))
    if section == "8":
        page.section("SYNOPSIS")
        page.lines += [".Nm secret-rotator", ".Op Fl \\-config Ar file", ".Cm daemon"]
    for argument in arguments[:at]:
        path, _, wanted = argument.partition("#")
        heading, _, title = wanted.partition("=")
        chosen = [(found, content) for found, content in sections(path) if heading in ("", found)]
        if not chosen:
            sys.exit(f"{path} has no section {heading}")
        for found, content in chosen:
            page.section(title or ("Description" if found == "Overview" else plain(found)))
            write(page, content)
    page.see_also(arguments[at + 1 :])
    print(page, end="")


if __name__ == "__main__":
    main()

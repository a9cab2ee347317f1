#!/usr/bin/env python3
"""Prints the page of a command, made from the draft of ArgumentParser's generator.

command_manual.py DRAFT EXIT_STATUSES

The draft has the command's texts as they are; this page has the name that man(1) finds (man secret-rotator audit), a
sentence a line, examples as they are typed, and the exit statuses of the page EXIT_STATUSES.
"""

import re
import sys
from pathlib import Path

from mdoc import Page, escaped, guarded, inline, plain, sentences
from page_manual import sections


def discussion(lines):
    """The text between two macros: paragraphs, lists of words, and examples, which are indented."""
    result, examples, is_list = [], [], False
    for line in lines + [""]:
        if is_list != bool(words_and_meanings(line)):
            result.append(".El" if is_list else ".Bl -tag -width Ds")
            is_list = not is_list
        if word := words_and_meanings(line):
            result += [f".It Sy {word[1]}", *(guarded(text) for text in sentences(word[2]))]
            continue
        if line.startswith("  "):
            examples.append(line[2:])
            continue
        if examples:
            # The draft has escaped backslashes already.
            texts = [guarded(escaped(text.replace("\\e", "\\"))) for text in examples]
            result += [".Bd -literal -offset indent", *texts, ".Ed"]
            examples = []
        if line:
            result += [guarded(text) for text in sentences(line)]
    return result


def words_and_meanings(line):
    """A line such as `staging  encrypts new values`."""
    return re.fullmatch(r"([a-z_-]+) {2,}(\S.*)", line)


def texts_and_macros(draft):
    """The draft, with each text rewritten."""
    result, text = [], []
    for line in draft:
        if line.startswith("."):
            result += discussion(text) + [line]
            text = []
        else:
            text.append(line)
    return result + discussion(text)


def without_empty_paragraphs(lines):
    """Leaves out paragraph macros that have no effect."""
    kept = []
    for line in lines:
        if re.match(r"\.(It|Sh|Ss|El|Bl|Bd)\b", line) and kept and kept[-1] == ".Pp":
            kept.pop()
        if line == ".Pp" and kept and re.match(r"\.(Sh|Ss|Pp|Bl)\b", kept[-1]):
            continue
        kept.append(line)
    return kept


def exit_statuses(path):
    """The lines of a page's table of exit statuses."""
    table = next(content for heading, content in sections(path) if heading == "Exit statuses")
    page = Page("", "", "", 0)
    page.lines = []
    for form, content in table:
        if form == "table":
            page.tagged([(plain(row[0]), [inline(row[-1])]) for row in content[1:]])
    return page.lines


def main():
    draft, statuses = sys.argv[1:]
    words = Path(draft).stem.replace(".", " ")
    name = words.replace(" ", "-")
    lines = [".Pp" if line == "" else line for line in Path(draft).read_text(encoding="utf-8").splitlines()]
    page = without_empty_paragraphs(texts_and_macros(lines))
    for index, line in enumerate(page):
        if line.startswith((".Dt ", ".Xr ")):
            macro, _, rest = line.partition(" ")
            page[index] = f"{macro} {rest.replace('.', '-')}"
        elif line.startswith(".Nm"):
            page[index] = f'.Nm "{words}"' if ".Sh SYNOPSIS" in page[:index] else f".Nm {name}"
        elif line == ".Ex -std":
            page[index] = "\n".join(exit_statuses(statuses))
    if name != "secret-rotator":
        see = ".Xr secret-rotator 1"
        page += [".Sh SEE ALSO", see] if '.Sh "SEE ALSO"' not in page else []
    print("\n".join(page))


if __name__ == "__main__":
    main()

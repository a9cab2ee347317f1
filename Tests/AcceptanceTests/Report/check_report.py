#!/usr/bin/env python3
"""Opens reports in headless Chromium as people do: wide and narrow, light and dark, by keyboard, on paper.

check_report.py [--screenshots FOLDER] FILE...

Prints one JSON object a file; exits with 1 where a page asks for anything else, writes to the console, is wider than the
screen, or has a serious finding of axe-core.
"""
import argparse
import json
import pathlib
import shutil
import sys
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

SIZES = {"desktop": (1280, 900), "phone": (375, 800)}
SERIOUS = {"serious", "critical"}
# A screenshot of a whole page may be too high for Chromium.
PART = 2400


def screenshots(page, folder, name):
    height = page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"]
    for number, top in enumerate(range(0, min(height, 8 * PART), PART), start=1):
        clip = {"x": 0, "y": top, "width": width, "height": min(PART, height - top)}
        page.screenshot(path=str(folder / f"{name}-{number}.png"), full_page=True, clip=clip)


def look(browser, path, size, scheme, folder):
    """What one look at a page has found."""
    wrong, requests = [], []
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("request", lambda request: requests.append(request.url))
    started = time.monotonic()
    page.goto(path.as_uri(), wait_until="load")
    seconds = time.monotonic() - started
    wrong += [f"request: {url}" for url in requests if url != path.as_uri()]
    if folder:
        screenshots(page, folder, f"{path.stem}-{size}-{scheme}")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        wrong.append("the page is wider than the screen")
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.className") != "skip":
        wrong.append("the first key press does not lead to the skip link")
    # What is folded away must be readable, too.
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page).response["violations"]
    for one in found:
        if one["impact"] in SERIOUS:
            nodes = [node["html"][:120] for node in one["nodes"][:3]]
            wrong.append(f"axe: {one['id']} ({one['impact']}, {len(one['nodes'])} times): {nodes}")
    minor = [f"{one['id']} ({one['impact']})" for one in found if one["impact"] not in SERIOUS]
    elements = page.evaluate("document.querySelectorAll('*').length")
    context.close()
    return {"wrong": wrong, "minor": minor, "seconds": round(seconds, 2), "elements": elements}


def on_paper(browser, path, folder):
    """How many bytes the page has as a PDF."""
    page = browser.new_page(viewport={"width": 1060, "height": 750})
    page.goto(path.as_uri())
    size = len(page.pdf(prefer_css_page_size=True))
    if folder:
        page.emulate_media(media="print")
        screenshots(page, folder, f"{path.stem}-print")
        shutil.copy(path, folder)
    page.close()
    return size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--once", action="store_true", help="one size and scheme, and not on paper")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    looks = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
    if options.once:
        looks = looks[:1]
    is_wrong = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for path in options.files:
            path = path.resolve()
            result = {"file": path.name, "bytes": path.stat().st_size, "browser": browser.version}
            for size, scheme in looks:
                result[f"{size} {scheme}"] = look(browser, path, size, scheme, options.screenshots)
                is_wrong = is_wrong or bool(result[f"{size} {scheme}"]["wrong"])
            if not options.once:
                result["printed_bytes"] = on_paper(browser, path, options.screenshots)
            print(json.dumps(result))
        browser.close()
    sys.exit(1 if is_wrong else 0)


main()

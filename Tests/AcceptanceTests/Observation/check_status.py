#!/usr/bin/env python3
"""Opens the status page in headless Chromium as people do: wide and narrow, light and dark, by keyboard.

check_status.py [--screenshots FOLDER] [--name NAME] [--live COMMAND --expect TEXT] URL

With --live it runs a command while the page is open, and waits until the page shows a text, without being loaded again. Prints
a JSON object; exits with 1 where the page asks another host, writes to the console, is wider than the screen, or has a serious
finding of axe-core.
"""
import argparse
import json
import pathlib
import subprocess
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

SIZES = {"desktop": (1280, 900), "phone": (375, 800)}
SERIOUS = {"serious", "critical"}
# In milliseconds.
LIMIT = 60_000


class Look:
    """A page that is open, and what is wrong with it."""

    def __init__(self, browser, url, size, scheme):
        self.wrong = []
        self.requests = []
        width, height = SIZES[size]
        self.context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = self.page = self.context.new_page()
        page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        answer = page.goto(url, wait_until="load")
        if "default-src 'none'" not in answer.headers.get("content-security-policy", ""):
            self.wrong.append("no policy")
        # Without wait_for_function: it evaluates texts, which the page's policy forbids.
        expect(page.locator("#live")).to_have_text("Live", timeout=LIMIT)
        # The first sections have come, and with them the page's own words for instants.
        expect(page.locator(".ago:empty")).to_have_count(0, timeout=LIMIT)
        self.wrong += [f"request: {one}" for one in self.requests if not one.startswith((url, "data:"))]

    def judge(self):
        page = self.page
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.wrong.append("the page is wider than the screen")
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") != "skip":
            self.wrong.append("the first key press does not lead to the skip link")
        found = Axe().run(page).response["violations"]
        for one in found:
            if one["impact"] in SERIOUS:
                nodes = [node["html"][:120] for node in one["nodes"][:3]]
                self.wrong.append(f"axe: {one['id']} ({one['impact']}, {len(one['nodes'])} times): {nodes}")
        return [f"{one['id']} ({one['impact']})" for one in found if one["impact"] not in SERIOUS]


def live(look, command, text):
    """Has the page change, and sees it change while it stays the same page, with its focus."""
    page = look.page
    page.evaluate("window.wasNotLoadedAgain = true; document.querySelector('#hubs .scroll').focus()")
    subprocess.run(["/bin/sh", "-c", command], check=True, stdout=subprocess.DEVNULL)
    expect(page.locator("#now")).to_contain_text(text, timeout=LIMIT)
    if not page.evaluate("window.wasNotLoadedAgain === true"):
        look.wrong.append("the page was loaded again")
    if not page.evaluate("document.querySelector('#hubs .scroll') === document.activeElement"):
        look.wrong.append("the focus is lost")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--name", default="status")
    parser.add_argument("--live")
    parser.add_argument("--expect", default="")
    parser.add_argument("url")
    options = parser.parse_args()
    result, is_wrong = {}, False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for number, (size, scheme) in enumerate((size, scheme) for size in SIZES for scheme in ("light", "dark")):
            look = Look(browser, options.url, size, scheme)
            minor = look.judge()
            if options.live and number == 0:
                live(look, options.live, options.expect)
            if options.screenshots:
                options.screenshots.mkdir(parents=True, exist_ok=True)
                path = options.screenshots / f"{options.name}-{size}-{scheme}.png"
                look.page.screenshot(path=str(path), full_page=True)
            result[f"{size} {scheme}"] = {"minor": minor, "wrong": look.wrong}
            is_wrong = is_wrong or bool(look.wrong)
            look.context.close()
        browser.close()
    print(json.dumps(result))
    sys.exit(1 if is_wrong else 0)


main()

"""The pictures in the README: ``python -m tests.screenshots [FOLDER]``. Needs Chromium and ``make assets``.

They are written with 256 colours, which the pages do not have, so that each stays a small file.
"""

from __future__ import annotations

import base64
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, sync_playwright

from gateway import events
from gateway.console.sessions import COOKIE
from gateway.demo.people import LEAD
from tests.support.browser import launched
from tests.support.console import lived_in
from tests.support.pages import demonstration

FOLDER = Path(__file__).resolve().parent.parent / "deploy" / "screenshots"
SHOTS = {
    "first-page.png": (1280, ".key"),
    "first-page-375.png": (375, ".card--example-council"),
}
"""Name → width, and the part of the page with which the picture ends."""
CONSOLE = {
    "console-today.png": ("/console", 1280, ".lasts"),
    "console-today-375.png": ("/console", 375, ".needs"),
    "console-disclosure.png": (
        "/console/disclosures/{subscription}/{release}",
        1280,
        "main .scroll >> nth=0",
    ),
    "console-recall.png": ("/console/recalls/{case}", 1280, "main .scroll >> nth=0"),
    "console-law.png": ("/console/law", 1280, "section >> nth=3"),
}
"""Name → page of the IG lead on the demonstration's history, width, and the part that ends the picture."""
COLOURS, MARGIN = 256, 12
_PIXELS = """async (shot) => {
  const image = new Image();
  image.src = "data:image/png;base64," + shot;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const pixels = new Uint8Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
  let text = "";
  for (let at = 0; at < pixels.length; at += 32768)
    text += String.fromCharCode(...pixels.subarray(at, at + 32768));
  return btoa(text);
}"""


def main(folder: Path = FOLDER) -> None:
    """Take the pictures from a gateway of its own, whose clock stands."""
    events.configure("error")
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = launched(playwright)
        with demonstration(Path(home)) as gateway:
            for name, (width, last) in SHOTS.items():
                (folder / name).write_bytes(taken(browser.new_context(), gateway.url, width, last))
        with lived_in(Path(home) / "console") as lived:
            for name, (path, width, last) in CONSOLE.items():
                context, url = browser.new_context(), lived.gateway.url
                sign_in(context, url, lived.as_(LEAD).cookie)
                shot = taken(context, url + str(lived.path(path)), width, last)
                (folder / name).write_bytes(shot)
        browser.close()


def sign_in(context: BrowserContext, url: str, cookie: str) -> None:
    """Give a browser somebody's session."""
    secure = url.replace("http:", "https:", 1)  # the same jar; Chromium sends it to loopback
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": secure, "secure": True}])


def taken(context: BrowserContext, url: str, width: int, last: str) -> bytes:
    """Return a page, down to the end of one part, as a PNG of few colours."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url)
    box = page.locator(last).bounding_box()
    height = round(box["y"] + box["height"] + MARGIN) if box else 900
    page.set_viewport_size({"width": width, "height": height})
    shot = base64.b64encode(page.screenshot()).decode()
    page.goto("about:blank")
    pixels = base64.b64decode(page.evaluate(_PIXELS, shot))
    context.close()
    return indexed(np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[:, :, :3])


def indexed(pixels: np.ndarray) -> bytes:
    """Return a PNG (ISO/IEC 15948, colour type 3): the commonest colours, the others as the nearest."""
    height, width, _ = pixels.shape
    colours, inverse, counts = np.unique(
        pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    kept = colours[np.argsort(-counts)[:COLOURS]].astype(int)
    nearest = [int(((kept - colour) ** 2).sum(axis=1).argmin()) for colour in colours.astype(int)]
    lines = np.array(nearest, np.uint8)[inverse.reshape(-1)].reshape(height, width)
    rows = b"".join(b"\0" + line.tobytes() for line in lines)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", head), (b"PLTE", kept.astype(np.uint8).tobytes())
    packed = (*parts, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in packed)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

"""What ``make assets`` brought in: read once, served under names that hold the content's hash.

A name never gets other content, so a browser may keep it for ever.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from fastapi import Request, Response

from gateway.errors import GatewayError, NotFound
from gateway.intake.wire import strict_json

BASE = "/console/assets/"
FOR_EVER = "public, max-age=31536000, immutable"
_DIGITS = 16
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


class PagesNotBuilt(GatewayError):
    """503: this is a checkout whose page files were not brought in yet."""

    code, status = "console.not_built", 503
    title = "The files that the pages are styled with are not here."
    remedy = "Run `make assets` and start again. Everything else of the gateway works without them."


@dataclass(frozen=True)
class Asset:
    """One file."""

    content: bytes
    media_type: str

    @cached_property
    def packed(self) -> bytes:
        """The content under gzip."""
        return gzip.compress(self.content, mtime=0)


class Built:
    """The files by the name under which they are asked for."""

    def __init__(self, folder: Traversable | None = None) -> None:
        self._urls: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        folder = folder or files("gateway.console") / "static"
        manifest = folder / "manifest.json"
        if not manifest.is_file():
            return
        for name, told in strict_json(manifest.read_bytes())["files"].items():
            content = (folder / name).read_bytes()
            digest = sha256(content).hexdigest()
            if digest != told["sha256"]:
                self._urls.clear()
                return
            path = PurePosixPath(name)
            unique = f"{path.stem}.{digest[:_DIGITS]}{path.suffix}"
            self._urls[name] = BASE + unique
            self._assets[unique] = Asset(content, _TYPES[path.suffix])

    @property
    def whole(self) -> bool:
        """Whether the files are here."""
        return bool(self._urls)

    def url(self, name: str) -> str:
        """Return where a file is found.

        Raises:
            PagesNotBuilt: It is not there, or is not as the manifest says.
        """
        if name not in self._urls:
            raise PagesNotBuilt
        return self._urls[name]

    def serve(self, unique: str, request: Request) -> Response:
        """Answer with a file.

        Raises:
            NotFound: There is none of this name and content.
        """
        asset = self._assets.get(unique)
        if asset is None:
            raise NotFound
        headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            packed = {**headers, "Content-Encoding": "gzip"}
            return Response(asset.packed, headers=packed, media_type=asset.media_type)
        return Response(asset.content, headers=headers, media_type=asset.media_type)

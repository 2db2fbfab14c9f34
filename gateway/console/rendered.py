"""Templates into pages, with the headers that every page has.

A name that a template does not know fails, and every value is escaped. No page may run a script that does
not carry the answer's own nonce, and none may load anything from elsewhere or stand in another's frame.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import cache

from fastapi import Response
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined

from gateway.console import words
from gateway.console.built import Built
from gateway.console.frame import link_of, trail_of
from gateway.console.marks import marks_in
from gateway.console.navigation import links_for
from gateway.console.once import with_words
from gateway.console.typed import UNSEEN

SERVICE = "Charnwood gateway"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_WITH_SCRIPT = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_UNSEEN = re.compile(f"[\ud800-\udfff{UNSEEN}]")
"""What would make a page read otherwise than it is, or fail to be written: shown as «\ufffd»."""


# The components ask for parameters that nobody gave, so their own environment is not strict.
_COMPONENTS = Environment(
    loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    autoescape=True,
)


@cache
def _macro(name: str) -> Callable[[dict[str, object]], str]:
    module = _COMPONENTS.get_template(f"govuk_frontend_jinja/components/{name}/macro.html").module
    words_of_name = (part.capitalize() for part in name.split("-"))
    macro: Callable[[dict[str, object]], str] = getattr(module, "govuk" + "".join(words_of_name))
    return macro


def _component(name: str, /, **parameters: object) -> str:
    """Return a component of govuk-frontend, such as ``skip-link``, as markup."""
    return _macro(name)(parameters)


class Pages:
    """Renders."""

    def __init__(self, built: Built, random: Callable[[int], bytes]) -> None:
        self.built = built
        self._random = random
        self._environment = Environment(
            loader=PackageLoader("gateway.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {
            "service": SERVICE,
            "asset": built.url,
            "govuk": _component,
            "links_for": links_for,
            "link_of": link_of,
            "trail_of": trail_of,
        }
        self._environment.filters |= words.FILTERS | {"marks": marks_in}

    def text(self, template: str, **values: object) -> str:
        """Return a template filled."""
        return _UNSEEN.sub("\ufffd", self._environment.get_template(template).render(**values))

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """Return a page without scripts."""
        return self._answer(self.text(template, **values), status, _POLICY)

    def page_with_script(self, template: str, status: int = 200, **values: object) -> Response:
        """Return a page whose scripts carry the answer's nonce."""
        nonce = base64.b64encode(self._random(16)).decode()
        text = with_words(self.text(template, nonce=nonce, **values), self._random)
        return self._answer(text, status, _WITH_SCRIPT.format(nonce=nonce))

    def _answer(self, text: str, status: int, policy: str) -> Response:
        headers = {**_HEADERS, "Content-Security-Policy": policy}
        return Response(text, status, headers, "text/html; charset=utf-8")

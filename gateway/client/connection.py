"""HTTP to one gateway: a token that is renewed before it ends, tries that double nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic_core import from_json

from gateway.client.answers import Answer, Unexpected, Unreachable, asked_of
from gateway.client.proof import Proof
from gateway.client.retries import AGAIN, Retries, retry_after
from gateway.clock import Clock

TIMEOUT_SECONDS = 60.0
RENEW_AFTER = 0.8
"""Share of a token's life after which a new one is asked for."""

_NOT_AUTHENTICATED = 401
_KEY = "Idempotency-Key"


@dataclass(slots=True)
class _Token:
    text: str
    renew_at: float
    ends_at: float
    """Both in seconds since 1970."""


@dataclass(slots=True)
class Connection:
    """One system's way to one gateway; for one thread at a time."""

    url: str
    """Scheme and host, without a path: also the audience of the system's assertions."""
    proof: Proof
    clock: Clock
    random: Callable[[int], bytes]
    retries: Retries
    scope: str | None = None
    """What to ask for, blanks between; everything that is granted where absent."""
    transport: httpx.BaseTransport | None = None
    """In place of the network, for tests."""
    _http: httpx.Client = field(init=False)
    _token: _Token | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._http = httpx.Client(
            base_url=self.url,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,  # a proxy of the environment would be somebody else to dial
            follow_redirects=False,
            transport=self.transport,
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        content: bytes | None = None,
    ) -> Answer:
        """Send one request with the system's token; try again where that is safe.

        A request whose answer was lost is sent again only where it changes nothing, or carries an
        Idempotency-Key.

        Raises:
            Unreachable: No answer came.
            Unexpected: The gateway gives no token.
        """

        def send() -> Answer:
            sent = {"Authorization": f"Bearer {self._bearer()}", **(headers or {})}
            answer = self._once(
                method, path, headers=sent, params=params, json=json, content=content
            )
            if answer.status != _NOT_AUTHENTICATED:
                return answer
            # the token, or the key that signed it, was withdrawn before its time: once more
            self._token = None
            sent["Authorization"] = f"Bearer {self._bearer()}"
            return self._once(method, path, headers=sent, params=params, json=json, content=content)

        repeatable = method == "GET" or _KEY in (headers or {})
        return self._tried(send, repeatable=repeatable)

    def public(self, path: str) -> Answer:
        """Get what the gateway publishes to everybody (raises ``Unreachable``)."""
        return self._tried(lambda: self._once("GET", path), repeatable=True)

    # ------------------------------------------------------------------ steps
    def _tried(self, send: Callable[[], Answer], *, repeatable: bool) -> Answer:
        for number in range(1, self.retries.tries + 1):
            last = number == self.retries.tries
            try:
                answer = send()
            except httpx.TransportError:
                if last or not repeatable:
                    raise Unreachable from None
                asked = 0.0
            else:
                if answer.status not in AGAIN or last:
                    return answer
                asked = retry_after(answer.headers.get("retry-after"), self.clock)
                if asked > self.retries.patience:
                    return answer
            self.retries.sleep(asked + self.retries.pause(number, self.random))
        raise Unreachable  # a policy of no tries

    def _bearer(self) -> str:
        now = self.clock.now().timestamp()
        token = self._token
        if token is not None and now < token.renew_at:
            return token.text
        try:
            self._token = self._new_token(now)
        except (httpx.TransportError, Unexpected):
            if token is None or now >= token.ends_at:
                raise
            return token.text
        return self._token.text

    def _new_token(self, now: float) -> _Token:
        form = {"grant_type": "client_credentials", **self.proof.form(self.url)}
        if self.scope is not None:
            form["scope"] = self.scope
        told = self._once("POST", "/oauth/token", data=form).wanted().document
        life = float(told["expires_in"])
        # counted from before the request: the answer may have been long on its way
        return _Token(str(told["access_token"]), now + RENEW_AFTER * life, now + life)

    def _once(self, method: str, path: str, **more: Any) -> Answer:  # noqa: ANN401 - as httpx takes them
        response = self._http.request(method, path, **more)
        kind = response.headers.get("content-type", "").partition(";")[0]
        document = None
        if kind == "application/json" or kind.endswith("+json"):
            try:
                document = from_json(response.content, allow_inf_nan=False)
            except ValueError:
                # cut off on its way, or no gateway at all: as good as no answer
                raise httpx.RemoteProtocolError("no JSON where JSON was said") from None
        sent = response.request
        asked = asked_of(sent.method, sent.url.raw_path, sent.headers, sent.read())
        return Answer(response.status_code, response.headers, response.content, document, asked)

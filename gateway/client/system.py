"""One system of one partner, talking to one gateway over HTTP. It dials the URL it is given, no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from gateway.client.proof import Proof

TIMEOUT_SECONDS = 60.0
_OK = 400


class Unexpected(Exception):
    """An answer that the system cannot go on from. Holds the status and the problem's title only."""

    def __init__(self, answer: Answer) -> None:
        title = answer.document.get("title") if isinstance(answer.document, dict) else None
        super().__init__(f"{answer.status} {title or 'without a problem document'}")
        self.sentence = f"The gateway answered {answer.status}: {title or 'no reason given'}"
        self.remedy = (
            "Its log says more: gateway.log in its home (`gateway demo --home DIR` keeps it)."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: httpx.Headers
    content: bytes
    document: Any
    """The JSON in it, or None."""

    def wanted(self) -> Answer:
        """Return itself, or raise ``Unexpected`` for an error."""
        if self.status >= _OK:
            raise Unexpected(self)
        return self


@dataclass(slots=True)
class PartnerSystem:
    """A client with its token. Use it as a context."""

    url: str
    proof: Proof
    _http: httpx.Client = field(init=False)
    _token: str | None = None

    def __post_init__(self) -> None:
        self._http = httpx.Client(
            base_url=self.url,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,  # a proxy of the environment would be somebody else to dial
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        params: dict[str, str | int] | None = None,
        json: object = None,
        content: bytes | None = None,
    ) -> Answer:
        """Send one request with the system's token, getting a token first where there is none."""
        if self._token is None:
            self._token = self._new_token()
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        return _answer(
            self._http.request(
                method, path, headers=sent, params=params, json=json, content=content
            )
        )

    def _new_token(self) -> str:
        form = {"grant_type": "client_credentials", **self.proof.form(self.url)}
        document = _answer(self._http.post("/oauth/token", data=form)).wanted().document
        return str(document["access_token"])

    # --- sending
    def push(
        self,
        feed: str,
        body: bytes,
        media_type: str,
        *,
        key: str | None = None,
        unit: str | None = None,
    ) -> Answer:
        """Push records."""
        named = {"Content-Type": media_type, "Idempotency-Key": key, "Gateway-Unit": unit}
        headers = {name: value for name, value in named.items() if value is not None}
        return self.call("POST", f"/v1/feeds/{feed}/records", headers=headers, content=body)

    def retract(self, feed: str, references: list[str], reason: str) -> Answer:
        """Take records back."""
        wanted = {"references": references, "reason": reason}
        return self.call("POST", f"/v1/feeds/{feed}/retractions", json=wanted)

    def explain(self, feed: str, reference: str, subscription: str) -> Answer:
        """Ask why a record may go to a subscription, or not."""
        wanted = {"feed": feed, "reference": reference, "subscription": subscription}
        return self.call("POST", "/v1/decisions/explain", json=wanted)

    # --- receiving
    def pull(
        self,
        subscription: str,
        *,
        after: str | None = None,
        limit: int = 1_000,
        media_type: str = "application/json",
    ) -> Answer:
        """Acknowledge up to a cursor, and get the next page."""
        params: dict[str, str | int] = {"limit": limit}
        if after is not None:
            params["after"] = after
        path = f"/v1/subscriptions/{subscription}/records"
        return self.call("GET", path, params=params, headers={"Accept": media_type})

    # --- witnessing
    def ledger(self, what: str, **params: int) -> Answer:
        """Ask the ledger: ``checkpoint``, ``proof``, ``consistency``, ``entries/{index}``."""
        return self.call("GET", f"/v1/ledger/{what}", params=dict(params))


def _answer(response: httpx.Response) -> Answer:
    kind = response.headers.get("content-type", "").partition(";")[0]
    is_json = kind == "application/json" or kind.endswith("+json")
    return Answer(
        response.status_code,
        response.headers,
        response.content,
        response.json() if is_json else None,
    )

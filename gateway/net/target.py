"""An endpoint's URL, read strictly, and the judgement on every address that its name resolves to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

from gateway.errors import GatewayError
from gateway.net.addresses import Address, is_public
from schemas.problems import ProblemError

LONGEST_URL = 2_000

_URL = re.compile(r"(https?)://([^/?#\\]*)(/[^?#\\]*)?(\?[^#\\]*)?", re.IGNORECASE | re.ASCII)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?", re.ASCII)
_NAME = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_PORT_OF = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535

_SAYS = {
    "form": "It is no absolute http(s) URL in plain ASCII without a fragment.",
    "userinfo": "It may not hold a user name or a password.",
    "host": "Its host is no DNS name and no address in its usual spelling.",
    "port": "Its port is not one that may be dialled (GATEWAY_EGRESS_PORTS).",
    "scheme": "It must be https; http is for addresses in GATEWAY_EGRESS_ALLOW only.",
    "address": "Its host is, or resolves to, an address that is not public.",
    "unresolved": "Its host does not resolve to any address.",
}


class TargetRefused(GatewayError):
    """422: the gateway dials no such address; ``reason`` is a code."""

    code, status = "egress.refused", 422
    title = "The gateway does not send to this address."
    remedy = "Name a public https address; addresses inside a network are allowed by the operator."

    def __init__(self, reason: str) -> None:
        fault = ProblemError(pointer="/url", rule=f"egress.{reason}", says=_SAYS[reason])
        super().__init__(errors=(fault,))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes."""

    scheme: str
    host: str
    """A DNS name in lower case, or an address without brackets."""
    port: int
    path: str
    """Path and query, at least ``/``."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a connection belongs to."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The Host header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORT_OF[self.scheme] else f"{shown}:{self.port}"


def read_target(url: str) -> Target:
    """Read an endpoint's URL.

    Raises:
        TargetRefused: It is not one that is ever dialled.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise TargetRefused("form")
    match = _URL.fullmatch(url)
    if match is None:
        raise TargetRefused("form")
    scheme, authority = match[1].lower(), match[2].lower()
    if "@" in authority:
        raise TargetRefused("userinfo")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise TargetRefused("host")
    port = _PORT_OF[scheme] if parts[2] is None else int(parts[2])
    if not 0 < port <= _HIGHEST_PORT:
        raise TargetRefused("port")
    return Target(scheme, _host(parts[1]), port, (match[3] or "/") + (match[4] or ""))


def _host(text: str) -> str:
    try:
        if text.startswith("["):
            return str(IPv6Address(text[1:-1]))
        if _NUMERIC.fullmatch(text):  # an address, and resolvers take more spellings than one
            return str(IPv4Address(text))
    except AddressValueError:
        raise TargetRefused("host") from None
    if len(text) > 253 or not _NAME.fullmatch(text):  # noqa: PLR2004 - RFC 1035 §2.3.4
        raise TargetRefused("host")
    return text


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Addresses inside the operator's own networks that may be dialled, also by http."""

    network: IPv4Network | IPv6Network
    port: int | None

    def covers(self, address: Address, port: int) -> bool:
        """Whether an address and port are meant."""
        return self.port in {None, port} and address in self.network


@dataclass(frozen=True, slots=True)
class Egress:
    """What may be dialled: public addresses by https on a few ports, and what the operator allows."""

    ports: frozenset[int]
    allowed: tuple[_Allowed, ...] = ()

    @classmethod
    def of(cls, allow: Iterable[str], ports: Iterable[int]) -> Self:
        """Read the settings: networks (``10.1.2.0/24``), addresses, or ``address:port``.

        Raises:
            ValueError: One is neither.
        """
        return cls(frozenset(ports), tuple(_allowed(text) for text in allow))

    def could_pass(self, target: Target) -> None:
        """Refuse what can never pass, before anything is resolved.

        Raises:
            TargetRefused: Scheme, port or a literal address are not taken.
        """
        try:
            literal = ip_address(target.host)
        except ValueError:
            if not self.allowed:
                self._check_public(target)
            return
        self.judge(target, [str(literal)])

    def judge(self, target: Target, addresses: Sequence[str]) -> list[str]:
        """Judge every address that a name resolved to; return them as they may be dialled.

        Raises:
            TargetRefused: There is none, or one of them may not be dialled: then none is.
        """
        if not addresses:
            raise TargetRefused("unresolved")
        judged: list[str] = []
        for text in addresses:
            try:
                address = ip_address(text)
            except ValueError:
                raise TargetRefused("address") from None
            if getattr(address, "scope_id", None) is not None:
                raise TargetRefused("address")
            if not any(one.covers(address, target.port) for one in self.allowed):
                if not is_public(address):
                    raise TargetRefused("address")
                self._check_public(target)
            judged.append(str(address))
        return list(dict.fromkeys(judged))

    def _check_public(self, target: Target) -> None:
        if target.scheme != "https":
            raise TargetRefused("scheme")
        if target.port not in self.ports:
            raise TargetRefused("port")


def _allowed(text: str) -> _Allowed:
    host, colon, port = text.rpartition(":")
    if colon and port.isdecimal() and (host.startswith("[") or ":" not in host):
        return _Allowed(ip_network(host.strip("[]")), int(port))
    return _Allowed(ip_network(text.strip("[]")), None)

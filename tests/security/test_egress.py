"""The gateway cannot be made to call inside a network: a corpus, and a dialler that dials nobody."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpcore
import pytest

from gateway.net.dialling import NameResolver, Resolver
from gateway.net.egress import Answer, EgressClient, Line
from gateway.net.target import Egress, Target, TargetRefused, read_target
from gateway.settings import Settings

PORTS = Settings().egress_ports
TLS = ssl.create_default_context()
PUBLIC_4, PUBLIC_6 = (
    "93.184.215.14",
    "2606:2800:21f:cb07::1",
)  # never dialled: the dialler is a fake

NOT_PUBLIC = (
    "0.0.0.1", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200",
    "100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.170", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:10::1",
    "2001:20::1", "2001:db8::1", "2002:a9fe:a9fe::", "2002:7f00:1::", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
)  # fmt: skip
"""Addresses that a resolver may give and that are never dialled."""

NEVER_READ = (
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://127.1/",
    "https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1./", "https://127.0.0.01/",
    "https://①②⑦.0.0.1/", "https://１２７.０.０.１/", "https://127。0。0。1/", "https://localhost./",
    "https://user@example.org/", "https://user:word@example.org/", "https://example.org@127.0.0.1/",
    "https://[::1%25lo]/", "https://[fe80::1%eth0]/", "https://[::1/", "https://::1/",
    "https://[127.0.0.1]/", "https://[not:an:address]/", "https://example.org:0/",
    "https://example.org:65536/", "https://example.org:/", "https://example.org:443:443/",
    "https:///hook", "https://", "//example.org/", "example.org/hook", "ftp://example.org/",
    "file:///etc/hostname", "gopher://example.org/", "https:\\\\example.org\\", "https://exa mple.org/",
    "https://example.org/\r\nHost: inside", "https://example.org/#part", "https://example..org/",
    "https://-example.org/", "https://.example.org/", "https://" + "a" * 64 + ".org/",
    "https://example.org/" + "a" * 2_000, "https://example.org\\@127.0.0.1/", "https://%31%32%37.0.0.1/",
    "https://example.org/\x00",
)  # fmt: skip
"""URLs that are refused as they stand."""

SPELLED = ("2130706433", "0x7f.1", "127.1", "0177.0.0.1", "①②⑦.0.0.1", "127.0.0.1")
"""What the system's resolver turns into 127.0.0.1."""


@dataclass
class FakeDialler:
    """Notes what it was asked to dial, and dials nothing."""

    dialled: list[str] = field(default_factory=list)

    async def __call__(
        self, address: str, port: int, seconds: float | None
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append(address)
        raise httpcore.ConnectError("a fake dials nobody")


def resolver(*answers: Sequence[str]) -> Resolver:
    """Give one answer after the other, the last one for ever."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def body() -> AsyncIterator[bytes]:
    yield b"[]"


def attempt(line: Line, url: str) -> Answer:
    async def run() -> Answer:
        try:
            return await line.post(url, {}, 2, body)
        finally:
            await line.close()

    return asyncio.run(run())


def client(dialler: FakeDialler, *answers: Sequence[str], allow: tuple[str, ...] = ()) -> Line:
    egress = Egress.of(allow, PORTS)
    return EgressClient(egress, TLS, resolver=resolver(*answers), dialler=dialler).line()


def test_the_corpus_is_large_enough() -> None:
    assert len({*NOT_PUBLIC, *NEVER_READ, *SPELLED}) >= 60


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_resolves_inside_is_not_dialled(address: str) -> None:
    for answers in ([address], [PUBLIC_4, address], [PUBLIC_6, address, PUBLIC_4]):
        dialler = FakeDialler()

        assert attempt(client(dialler, answers), "https://hooks.example.org/in").code == (
            "egress-address"
        )
        assert dialler.dialled == []


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_inside_is_not_dialled_either(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    dialler = FakeDialler()

    assert attempt(client(dialler, [address]), f"https://{host}/").code == "egress-address"
    assert dialler.dialled == []
    with pytest.raises(TargetRefused):
        Egress.of((), PORTS).could_pass(read_target(f"https://{host}/"))


@pytest.mark.parametrize("url", NEVER_READ)
def test_a_url_in_an_unusual_form_is_refused_before_anything_is_resolved(url: str) -> None:
    dialler = FakeDialler()

    assert attempt(client(dialler, [PUBLIC_4]), url).status is None
    assert dialler.dialled == []


@pytest.mark.parametrize("host", SPELLED)
def test_what_the_system_resolves_to_this_machine_is_judged_by_what_it_is(host: str) -> None:
    async def judged() -> None:
        addresses = await NameResolver()(host, 443)
        Egress.of((), PORTS).judge(Target("https", host, 443, "/"), addresses)

    with pytest.raises(TargetRefused):
        asyncio.run(judged())


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://hooks.example.org:8080/"])
def test_public_addresses_are_reached_by_https_and_on_few_ports(url: str) -> None:
    dialler = FakeDialler()

    assert attempt(client(dialler, [PUBLIC_4]), url).code in {"egress-scheme", "egress-port"}
    assert dialler.dialled == []


def test_a_public_name_is_dialled_at_the_address_that_was_judged() -> None:
    dialler = FakeDialler()

    answer = attempt(client(dialler, [PUBLIC_6, PUBLIC_4]), "https://hooks.example.org:8443/in")

    assert answer.code == "connect"
    assert dialler.dialled == [PUBLIC_6, PUBLIC_4]


def test_a_name_that_changes_its_mind_is_not_asked_twice() -> None:
    dialler = FakeDialler()
    rebound = client(dialler, [PUBLIC_4], ["127.0.0.1"])

    assert attempt(rebound, "https://hooks.example.org/").code == "connect"
    assert dialler.dialled == [PUBLIC_4]
    assert attempt(rebound, "https://hooks.example.org/").code == "egress-address"
    assert dialler.dialled == [PUBLIC_4]


def test_a_name_without_an_address_is_said_to_be_one() -> None:
    assert attempt(client(FakeDialler(), []), "https://nowhere.example.org/").code == (
        "egress-unresolved"
    )


def test_what_the_operator_allows_is_dialled_also_by_http() -> None:
    for allow in ("127.0.0.0/8", "127.0.0.1:9000", "127.0.0.1"):
        dialler = FakeDialler()
        assert (
            attempt(client(dialler, ["127.0.0.1"], allow=(allow,)), "http://h:9000/").code
            == "connect"
        )
        assert dialler.dialled == ["127.0.0.1"]


@pytest.mark.parametrize("url", ["http://h:9001/", "http://h/", "https://h/"])
def test_and_nothing_beside_it(url: str) -> None:
    dialler = FakeDialler()
    line = client(dialler, ["127.0.0.1"], allow=("127.0.0.1:9000", "[::1]:9000", "10.1.0.0/16"))

    assert attempt(line, url).code == "egress-address"
    assert dialler.dialled == []


def test_by_itself_nothing_inside_is_allowed() -> None:
    assert Settings.model_fields["egress_allow"].default == ()


@pytest.mark.parametrize("allow", ["example.org:443", "10.0.0.0/40", "nonsense", "10.0.0.1/8"])
def test_an_allowance_that_is_no_network_is_refused(allow: str) -> None:
    with pytest.raises(ValueError, match=r"address|network|host bits"):
        Egress.of((allow,), PORTS)

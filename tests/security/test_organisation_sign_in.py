"""Signing in by an OpenID provider: the real one is believed, and nothing that only looks like it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from gateway.access.people import GroupRole
from gateway.console import issuer as issuer_module
from gateway.console import organisation
from gateway.console.organisation import BACK, BEGIN, account_id
from gateway.console.sessions import COOKIE
from gateway.law.accounts import account_of, set_active
from gateway.net.fetching import Fetched, fetch
from gateway.settings import Settings
from tests.support.issuer import CLIENT, SECRET, Person, free_port, running_provider
from tests.support.pages import need_assets
from tests.support.server import RunningGateway, running_gateway

GROUPS = (
    "csp-ig=ig_lead",
    "police-nominated=nominated_person@leicestershire-police",
    "fire-auditors=partner_auditor@llr-fire",
)


@dataclass
class Meddler:
    """Stands between gateway and provider: each answer may be changed on its way."""

    token: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    described: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    keys: dict[str, Any] | None = None

    async def __call__(self, client: Any, method: str, url: str, *rest: Any) -> Fetched:
        answer = await fetch(client, method, url, *rest)
        told = json.loads(answer.body)
        if url.endswith("/token") and self.token is not None:
            told = self.token(told)
        elif url.endswith("openid-configuration") and self.described is not None:
            told = self.described(told)
        elif url.endswith("/jwks") and self.keys is not None:
            told = self.keys
        headers = ((b"content-type", b"application/json"),)
        return Fetched(answer.status, headers, json.dumps(told).encode())


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    need_assets()
    home = tmp_path_factory.mktemp("home")
    secret = tmp_path_factory.mktemp("secret") / "client"
    secret.write_text(SECRET + "\n")
    port = free_port()
    settings = Settings(
        home=home,
        oidc_issuer=f"http://127.0.0.1:{port}",
        oidc_client_id=CLIENT,
        oidc_client_secret_file=secret,
        oidc_groups=GROUPS,
        egress_allow=("127.0.0.1/32",),
    )
    with (
        running_gateway(home, None, settings) as running,
        running_provider(port, running.url + BACK, tmp_path_factory.mktemp("provider")),
    ):
        yield running


@pytest.fixture
def meddler(gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch) -> Meddler:
    """Put a meddler in, and have the gateway read the provider anew."""
    made = Meddler()
    monkeypatch.setattr(issuer_module, "fetch", made)
    monkeypatch.setattr(
        issuer_module.Issuer, "app", lambda self: _fresh(self, monkeypatch), raising=True
    )
    assert gateway
    return made


async def _fresh(self: issuer_module.Issuer, _patch: pytest.MonkeyPatch) -> Any:
    return self._made(await self._described())


def address(gateway: RunningGateway, login: str, person: Person) -> str:
    """Prove oneself; return where the provider sends the browser."""
    return person.proves(gateway.url + BEGIN, login, gateway.url + BACK)


def signs_in(gateway: RunningGateway, login: str) -> tuple[httpx.Response, Person]:
    person = Person()
    return person.ask("GET", address(gateway, login, person)), person


def refused(answer: httpx.Response, reason: str) -> None:
    """No session, and a page that says why."""
    assert answer.status_code in {403, 503}, answer.text
    assert f"<code>{reason}</code>" in answer.text
    assert not any(line.startswith(COOKIE + "=") for line in answer.headers.get_list("set-cookie"))
    assert answer.headers["cache-control"] == "no-store"


def test_somebody_of_a_group_is_signed_in_with_its_role(gateway: RunningGateway) -> None:
    answer, person = signs_in(gateway, "nominated")
    assert answer.status_code == 303
    cookie = next(line for line in answer.headers.get_list("set-cookie") if COOKIE + "=" in line)
    assert all(one in cookie for one in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie

    page = person.ask("GET", gateway.url + "/console")
    assert page.status_code == 200
    assert "Priya Example" in page.text
    assert "Nominated person" in page.text
    known = account_of(gateway.house.reader, account_id(_issuer(gateway), "nominated"))
    assert known is not None
    assert known.person.partner == "leicestershire-police"


def test_the_request_carries_challenge_state_and_nonce(gateway: RunningGateway) -> None:
    person = Person()
    asked = person.ask("GET", gateway.url + BEGIN).headers["location"]
    query = parse_qs(urlsplit(asked).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert all(len(query[name][0]) >= 20 for name in ("code_challenge", "state", "nonce"))
    assert "verifier" not in asked


def test_who_is_in_no_group_is_told_why(gateway: RunningGateway) -> None:
    answer, person = signs_in(gateway, "nobody")
    refused(answer, "no-role")
    assert "none of your groups has a role here" in answer.text
    assert person.ask("GET", gateway.url + "/console").status_code == 303


def test_who_acts_for_two_organisations_is_told_why(gateway: RunningGateway) -> None:
    refused(signs_in(gateway, "both")[0], "two-partners")


def test_a_disabled_account_is_out_at_once_and_stays_out(gateway: RunningGateway) -> None:
    answer, person = signs_in(gateway, "lead")
    assert answer.status_code == 303
    account, house = account_id(_issuer(gateway), "lead"), gateway.house
    house.writer.run(set_active(account, house.act("operator"), house.clock.now(), active=False))
    assert person.ask("GET", gateway.url + "/console").status_code == 303
    refused(signs_in(gateway, "lead")[0], "disabled")
    house.writer.run(set_active(account, house.act("operator"), house.clock.now(), active=True))
    assert signs_in(gateway, "lead")[0].status_code == 303


def test_an_answer_is_good_once_and_in_its_own_browser(gateway: RunningGateway) -> None:
    person = Person()
    back = address(gateway, "lead", person)
    refused(Person().ask("GET", back), "not-believed")  # another browser, that began nothing
    begun = dict(person.jars[urlsplit(gateway.url).netloc])
    assert person.ask("GET", back).status_code == 303
    person.jars[urlsplit(gateway.url).netloc] = begun
    refused(person.ask("GET", back), "not-believed")


def test_a_code_that_was_used_is_refused_by_the_provider(gateway: RunningGateway) -> None:
    person = Person()
    used = address(gateway, "lead", person)
    assert person.ask("GET", used).status_code == 303
    code = dict(parse_qsl(urlsplit(used).query))["code"]
    again = Person()
    back = address(gateway, "lead", again)
    refused(again.ask("GET", _with(back, code=code)), "not-believed")


@pytest.mark.parametrize(
    "change", [{"state": "forged"}, {"state": ""}, {"iss": "https://elsewhere.example"}]
)
def test_forged_answers_are_refused(gateway: RunningGateway, change: dict[str, str]) -> None:
    person = Person()
    back = address(gateway, "lead", person)
    refused(person.ask("GET", _with(back, **change)), "not-believed")


def test_what_the_provider_denies_is_said(gateway: RunningGateway) -> None:
    person = Person()
    back = address(gateway, "lead", person)
    refused(person.ask("GET", _with(back, error="access_denied")), "denied")


# ------------------------------------------------------------------ id tokens of our own making
KEY = RSAKey.generate_key(2048, {"kid": "of-the-tests"})


def token_of(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Replace the id token by one signed with a key that the meddler publishes."""

    def made(told: dict[str, Any]) -> dict[str, Any]:
        part = str(told["id_token"]).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=="))
        claims = {k: v for k, v in (claims | changes).items() if v is not None}
        claims.pop("at_hash", None)
        signed = jwt.encode({"alg": "RS256", "kid": "of-the-tests"}, claims, KEY)
        return told | {"id_token": signed}

    return made


def test_the_meddler_itself_is_not_what_is_refused(
    gateway: RunningGateway, meddler: Meddler
) -> None:
    meddler.token, meddler.keys = token_of(), {"keys": [KEY.as_dict(private=False)]}
    assert signs_in(gateway, "lead")[0].status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": None},
        {"exp": -3_600},
        {"exp": None},
        {"iat": 3_600},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_says_otherwise_is_refused(
    gateway: RunningGateway, meddler: Meddler, changes: dict[str, Any]
) -> None:
    now = int(time.time())  # asked here: an id of a test is the same in every worker
    changes = {k: now + v if isinstance(v, int) else v for k, v in changes.items()}
    meddler.token, meddler.keys = token_of(**changes), {"keys": [KEY.as_dict(private=False)]}
    refused(signs_in(gateway, "lead")[0], "not-believed")


def test_a_token_of_a_foreign_key_is_refused(gateway: RunningGateway, meddler: Meddler) -> None:
    meddler.token = token_of()
    refused(signs_in(gateway, "lead")[0], "not-believed")


def test_no_token_and_an_unsigned_token_are_refused(
    gateway: RunningGateway, meddler: Meddler
) -> None:
    meddler.token = lambda told: {k: v for k, v in told.items() if k != "id_token"}
    refused(signs_in(gateway, "lead")[0], "not-believed")

    def unsigned(told: dict[str, Any]) -> dict[str, Any]:
        head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        return told | {"id_token": f"{head}.{str(told['id_token']).split('.')[1]}."}

    meddler.token = unsigned
    meddler.described = lambda told: (
        told | {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    )
    refused(signs_in(gateway, "lead")[0], "not-believed")


def test_a_token_signed_with_the_shared_secret_is_refused(
    gateway: RunningGateway, meddler: Meddler
) -> None:
    def shared(told: dict[str, Any]) -> dict[str, Any]:
        part = str(told["id_token"]).split(".")[1]
        claims = base64.urlsafe_b64decode(part + "==")
        from joserfc.jwk import OctKey  # noqa: PLC0415 - for this one attack

        key = OctKey.import_key(SECRET)
        return told | {"id_token": jws.serialize_compact({"alg": "HS256"}, claims, key)}

    meddler.token = shared
    meddler.described = lambda told: (
        told | {"id_token_signing_alg_values_supported": ["HS256", "RS256"]}
    )
    refused(signs_in(gateway, "lead")[0], "not-believed")


@pytest.mark.parametrize(
    "claimed",
    [
        {"groups": {"csp-ig": True}},
        {"groups": 7},
    ],
    ids=str,
)
def test_a_claim_of_another_form_names_no_group(
    gateway: RunningGateway, meddler: Meddler, claimed: dict[str, Any]
) -> None:
    meddler.token, meddler.keys = token_of(**claimed), {"keys": [KEY.as_dict(private=False)]}
    refused(signs_in(gateway, "lead")[0], "no-role")


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>\u202eelpmaxE", {"first": "X"}],
    ids=repr,
)
def test_a_name_of_any_form_is_shown_as_text(
    gateway: RunningGateway, meddler: Meddler, name: Any
) -> None:
    meddler.token, meddler.keys = token_of(name=name), {"keys": [KEY.as_dict(private=False)]}
    answer, person = signs_in(gateway, "lead")
    assert answer.status_code == 303
    page = person.ask("GET", gateway.url + "/console")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "https://elsewhere.example/token"},
        {"jwks_uri": "http://169.254.169.254/jwks"},
        {"id_token_signing_alg_values_supported": ["none"]},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_an_issuer_that_describes_another_is_not_used(
    gateway: RunningGateway, meddler: Meddler, described: dict[str, Any]
) -> None:
    meddler.described = lambda told: told | described
    answer = Person().ask("GET", gateway.url + BEGIN)
    refused(answer, "unreachable")


def _with(back: str, **changes: str) -> str:
    parts = urlsplit(back)
    return parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | changes)).geturl()


def _issuer(gateway: RunningGateway) -> str:
    return str(gateway.service.settings.oidc_issuer)


@pytest.mark.parametrize("group", ["nominated=nominated_person", "auditors=partner_auditor"])
def test_a_role_of_a_partner_names_the_partner(group: str) -> None:
    with pytest.raises(ValueError, match="acts for a partner"):
        GroupRole.read(group)


def test_signing_in_enables_nobody_who_was_disabled_meanwhile(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the account and the commit, an administrator disables it."""
    account, house = account_id(_issuer(gateway), "lead"), gateway.house
    assert signs_in(gateway, "lead")[0].status_code == 303
    house.writer.run(set_active(account, house.act("operator"), house.clock.now(), active=False))
    monkeypatch.setattr(organisation, "account_of", lambda _reader, _account: None)
    refused(signs_in(gateway, "lead")[0], "disabled")
    known = account_of(house.reader, account)
    assert known is not None
    assert not known.active

"""Who may call: JWT client authentication over the whole application (faults S01 to S25)."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from cds_service.api.auth.gate import KeysUnavailable
from cds_service.api.auth.keys import KeyRing, read_keys
from cds_service.app import create_app
from cds_service.errors import ConfigurationError
from cds_service.settings import Settings
from tests.fhir_rows import request_for
from tests.rows import row

URL = "https://cds.example.org"
SERVICE = "/cds-services/muscle-spasm-patient-view"
ISSUER = "https://ehr.example.org"
RSA = RSAKey.generate_key(2048, {"kid": "r1"})
EC = ECKey.generate_key("P-384", {"kid": "e1"})
EC256 = ECKey.generate_key("P-256", {"kid": "e2"})
OTHER = RSAKey.generate_key(2048, {"kid": "r1"})
BODY = json.dumps(request_for(row("x", "PV", "50F", hits="none"))).encode()


@pytest.fixture(scope="module")
def jwks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False) | {"use": "sig"} for key in (RSA, EC, EC256)]}))
    return file


@pytest.fixture(scope="module")
def settings(jwks: Path) -> Settings:
    second = {"issuer": "https://second.example.org", "jwks_file": jwks, "hooks": ["order-sign"]}
    client = {"issuer": ISSUER, "jwks_file": jwks, "name": "EHR"}
    return Settings(clients=(client, second), public_url=URL, store_enabled=False, log_level="error", console=False)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    base = {"iss": ISSUER, "aud": URL + SERVICE, "exp": now + 300, "iat": now, "jti": str(uuid.uuid4())}
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


def token(key: Any = RSA, alg: str = "RS384", header: dict[str, Any] | None = None, **changes: Any) -> str:
    made = {"alg": alg, "kid": getattr(key, "kid", None) or "r1", "typ": "JWT", **(header or {})}
    made = {name: value for name, value in made.items() if value is not ...}
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact(made, json.dumps(claims(**changes)).encode(), key, registry=registry)


def call(settings: Settings, *tokens: str | None, path: str = SERVICE, headers: Any = None) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=create_app(settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
            found = []
            for one in tokens:
                sent = [("content-type", "application/json")] + (headers or [])
                if one is not None:
                    sent.append(("authorization", f"Bearer {one}"))
                found.append(await http.post(path, content=BODY, headers=sent))
            return found

    return asyncio.run(run())


GOOD: dict[str, Callable[[], str]] = {
    "RS384": token,
    "ES384": lambda: token(EC, "ES384"),
    "audience list": lambda: token(aud=["x", URL + SERVICE]),
    "S10 expired 59 s ago, inside the skew": lambda: token(exp=int(time.time()) - 58, iat=int(time.time()) - 300),
    "extra claims": lambda: token(sub="x", nbf=int(time.time()) - 300, tenant="t"),
    "extra headers": lambda: token(header={"x-vendor": "1"}),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD.keys())
def test_a_good_token_is_admitted(settings: Settings, make: Callable[[], str]) -> None:
    (response,) = call(settings, make())
    assert response.status_code == 200


def none_token(alg: str) -> str:
    import base64

    def part(data: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    return f"{part({'alg': alg, 'kid': 'r1'})}.{part(claims())}.AA"


def hmac_token(secret: bytes, alg: str) -> str:
    """Signed by hand: the library itself refuses a public key as a secret."""
    import base64
    import hmac

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    signed = f"{part(json.dumps({'alg': alg, 'kid': 'r1'}).encode())}.{part(json.dumps(claims()).encode())}"
    return f"{signed}.{part(hmac.new(secret, signed.encode(), alg.replace('HS', 'sha')).digest())}"


BAD: dict[str, Callable[[], str | None]] = {
    "S01 no token": lambda: None,
    "S01 empty": lambda: "",
    **{f"S02 alg {alg}": (lambda alg=alg: none_token(alg)) for alg in ("none", "None", "nOnE")},
    **{
        f"S03 {alg} with the public key as secret": (lambda alg=alg: hmac_token(RSA.as_pem(private=False), alg))
        for alg in ("HS256", "HS384", "HS512")
    },
    "S04 PS384 not listed": lambda: token(RSA, "PS384"),
    "S04 RS256 not listed": lambda: token(RSA, "RS256"),
    "S04 ES384 header, RSA kid": lambda: token(EC, "ES384", {"kid": "r1"}),
    "S05 wrong curve": lambda: token(EC256, "ES256"),
    "S05 psychic signature": lambda: token(EC, "ES384").rsplit(".", 1)[0] + "." + "A" * 128,
    "S06 embedded key": lambda: token(OTHER, "RS384", {"jwk": OTHER.as_dict(private=False)}),
    "S07 jku of a stranger": lambda: token(header={"jku": "https://evil.example/jwks"}),
    "S08 kid missing": lambda: token(header={"kid": ...}),
    "S08 kid path": lambda: token(header={"kid": "../../../dev/null"}),
    "S08 unsigned with a listed algorithm": lambda: none_token("RS384"),
    "S09 zip": lambda: token(header={"zip": "DEF"}),
    "S10 expired 61 s ago": lambda: token(exp=int(time.time()) - 62, iat=int(time.time()) - 300),
    "S10 a year of life": lambda: token(exp=int(time.time()) + 365 * 86400),
    "S10 exp missing": lambda: token(exp=...),
    "S10 exp text": lambda: token(exp="soon"),
    "S11 issued in the future": lambda: token(iat=int(time.time()) + 120),
    "S11 iat missing": lambda: token(iat=...),
    "S11 not before the future": lambda: token(nbf=int(time.time()) + 120),
    **{
        f"S13 audience {aud!r}": (lambda aud=aud: token(aud=aud))
        for aud in (
            URL, URL + SERVICE + "/", "http://cds.example.org" + SERVICE, "https://evil.example" + SERVICE,
            URL + "/cds-services/muscle-spasm-order-sign", [], 5, "", None,
        )
    },
    "S14 unknown issuer": lambda: token(iss="https://evil.example"),
    "S14 key of somebody else": lambda: token(OTHER, "RS384"),
    "S14 jti missing": lambda: token(jti=...),
    "S22 a megabyte": lambda: "a" * 1_000_000,
    "S22 a hundred dots": lambda: "a." * 100,
    "S22 junk": lambda: "e30.e30.AAAA",
}  # fmt: skip


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_bad_token_is_refused_with_the_same_words(settings: Settings, make: Callable[[], str | None]) -> None:
    (response,) = call(settings, make())
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    (plain,) = call(settings, None)
    assert response.content == plain.content
    assert response.json()["resourceType"] == "OperationOutcome"


def test_s01_two_authorization_headers_are_refused(settings: Settings) -> None:
    (response,) = call(settings, token(), headers=[("authorization", f"Bearer {token()}")])
    assert response.status_code == 401


def test_s15_a_token_is_good_once(settings: Settings) -> None:
    one = token()
    assert [r.status_code for r in call(settings, one, one, one)] == [200, 401, 401]


def test_hooks_of_a_client_are_enforced(settings: Settings) -> None:
    (response,) = call(settings, token(iss="https://second.example.org"))
    assert response.status_code == 403


def test_s25_discovery_needs_no_token(settings: Settings) -> None:
    async def run() -> int:
        transport = httpx.ASGITransport(app=create_app(settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
            return (await http.get("/cds-services")).status_code

    assert asyncio.run(run()) == 200


def test_aud_may_be_the_feedback_url_or_the_service(settings: Settings) -> None:
    feedback = SERVICE + "/feedback"
    codes = [r.status_code for r in call(settings, token(aud=URL + feedback), token(aud=URL + SERVICE), path=feedback)]
    assert codes == [400, 400], "admitted: the body is no feedback"


def test_auth_14_feedback_needs_a_token_too(settings: Settings) -> None:
    wrong = URL + "/cds-services/muscle-spasm-order-sign/feedback"
    codes = [r.status_code for r in call(settings, None, token(aud=wrong), path=SERVICE + "/feedback")]
    assert codes == [401, 401]


def test_auth_05_epics_base64_kid_is_a_name_like_any_other(tmp_path: Path) -> None:
    """Epic's key ids hold ``/``, ``+`` and ``=``."""
    kid = "kQ3/+Zp2bW9v=="
    key = RSAKey.generate_key(2048, {"kid": kid})
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    site = Settings(
        clients=({"issuer": ISSUER, "jwks_file": file},), public_url=URL, store_enabled=False, log_level="error"
    )
    assert call(site, token(key, header={"kid": kid}))[0].status_code == 200


def ring(handler: Callable[[httpx.Request], httpx.Response], clock: Callable[[], float]) -> KeyRing:
    return KeyRing(
        file=None, url="https://ehr.example.org/jwks", refresh_s=30, clock=clock,
        make_http=lambda: httpx.AsyncClient(transport=httpx.MockTransport(handler)),
    )  # fmt: skip


def test_s17_s18_s19_keys_are_cached_refreshed_with_restraint_and_survive_an_outage() -> None:
    now = [0.0]
    up = [True]

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"keys": [RSA.as_dict(private=False)]}) if up[0] else httpx.Response(500)

    keys = ring(handler, lambda: now[0])

    async def run() -> None:
        assert await keys.find("r1")
        for number in range(1000):
            assert not await keys.find(f"unknown-{number}")
        assert keys.fetches == 1
        now[0], up[0] = 400.0, False
        assert await keys.find("r1"), "an outage does not stop callers whose keys are cached"
        now[0] = 90_000.0
        with pytest.raises(KeysUnavailable):
            await keys.find("r1")

    asyncio.run(run())


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(302, headers={"location": "http://169.254.169.254/"}),
        httpx.Response(200, content=b"x" * 300_000),
    ],
)
def test_s19_s20_without_keys_the_answer_is_unavailable_not_unauthorised(response: httpx.Response) -> None:
    keys = ring(lambda _: response, lambda: 0.0)
    with pytest.raises(KeysUnavailable):
        asyncio.run(keys.find("r1"))


def test_s19_private_small_and_symmetric_keys_are_not_used() -> None:
    small = RSAKey.generate_key(1024, {"kid": "small"}, auto_kid=False)
    data = {"keys": [RSA.as_dict(private=True), small.as_dict(private=False), {"kty": "oct", "k": "AAAA", "kid": "o"}]}
    assert read_keys(data) == {}


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("HMAC is never allowed", {"algorithms": ("HS256",)}),
        ("none is never allowed", {"algorithms": ("none",)}),
        ("a client needs keys", {"jwks_file": None}),
    ],
)
def test_a_wrong_client_stops_the_start(jwks: Path, sentence: str, changes: dict[str, Any]) -> None:
    client = {"issuer": ISSUER, "jwks_file": jwks, **changes}
    with pytest.raises(ConfigurationError):
        create_app(Settings(clients=(client,), public_url=URL, store_enabled=False))


def test_beyond_loopback_needs_clients_or_plain_words() -> None:
    with pytest.raises(ConfigurationError, match="loopback only"):
        create_app(Settings(host="0.0.0.0", store_enabled=False))
    create_app(Settings(host="0.0.0.0", store_enabled=False, allow_unauthenticated=True))

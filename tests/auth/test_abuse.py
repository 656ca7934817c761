"""Faults S with their variants: every way to be somebody else, over the whole application."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc.jwk import ECKey, RSAKey

from cds_service.api.auth.gate import KeysUnavailable
from cds_service.api.auth.keys import MAX_KEYS, KeyRing, read_keys
from cds_service.api.auth.replay import MAX_REMEMBERED, Replays
from cds_service.api.log import REFUSALS_SHOWN, WINDOW_S
from cds_service.app import create_app
from cds_service.errors import ConfigurationError
from cds_service.feedback.store import Store
from cds_service.settings import Settings
from tests.auth.test_tokens import (
    BODY,
    EC,
    EC256,
    ISSUER,
    OTHER,
    RSA,
    SERVICE,
    URL,
    call,
    claims,
    jwks,
    ring,
    settings,
    token,
)
from tests.sizes import size
from tests.timing import cpu_at_most, in_time_async

__all__ = ["jwks", "settings"]  # fixtures
SECOND = "https://second.example.org"
EC_OTHER = ECKey.generate_key("P-384", {"kid": "e1"})
SECOND_KEY = RSAKey.generate_key(2048, {"kid": "s1"})
P384_ORDER = int("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16)


def part(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def hmac_token(secret: bytes, alg: str) -> str:
    signed = f"{part({'alg': alg, 'kid': 'r1'})}.{part(claims())}"
    return f"{signed}.{part(hmac.new(secret, signed.encode(), alg.replace('HS', 'sha')).digest())}"


def signed(header: dict[str, Any]) -> str:
    """A token that is good but for its header; signed by hand, because a library would not."""
    made = {name: value for name, value in ({"alg": "RS384", "kid": "r1"} | header).items() if value is not ...}
    text = f"{part(made)}.{part(claims())}"
    return f"{text}.{part(RSA.private_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA384()))}"


def with_header(header: dict[str, Any]) -> str:
    """A good token whose header says something else afterwards: the signature is then wrong."""
    _, payload, signature = token().split(".")
    return f"{part(header)}.{payload}.{signature}"


def ec_signature(signature: bytes) -> str:
    return token(EC, "ES384").rsplit(".", 1)[0] + "." + part(signature)


SECRETS = {
    f"{kind} {form}": key.as_pem(private=False) if form == "PEM" else key.as_der(private=False) if form == "DER"
    else json.dumps(key.as_dict(private=False)).encode()
    for kind, key in (("RSA", RSA), ("EC", EC)) for form in ("PEM", "DER", "JWK")
}  # fmt: skip
BAD: dict[str, Callable[[], str]] = {
    **{f"s02 unsigned, alg {alg}, signature {tail!r}": (lambda alg=alg, tail=tail: f"{part({'alg': alg, 'kid': 'r1'})}.{part(claims())}.{tail}")
       for alg in ("none", "None", "nOnE", "") for tail in ("", "AA")},
    **{f"s03 {alg} with {name} as secret": (lambda alg=alg, secret=secret: hmac_token(secret, alg))
       for alg in ("HS256", "HS384", "HS512") for name, secret in SECRETS.items()},
    "s04 RS384 token that says ES384": lambda: with_header({"alg": "ES384", "kid": "r1"}),
    "s04 ES384 token that says RS384": lambda: token(EC, "ES384").replace(token(EC, "ES384").split(".")[0], part({"alg": "RS384", "kid": "e1"}), 1),
    "s04 PS384, not listed": lambda: token(RSA, "PS384"),
    "s04 RS256, not listed": lambda: token(RSA, "RS256"),
    "s05 wrong curve": lambda: token(EC256, "ES256"),
    "s05 r and s zero": lambda: ec_signature(bytes(96)),
    "s05 r and s equal to the order": lambda: ec_signature(P384_ORDER.to_bytes(48, "big") * 2),
    "s05 r and s over the order": lambda: ec_signature((P384_ORDER + 1).to_bytes(48, "big") * 2),
    "s05 DER instead of raw": lambda: ec_signature(bytes.fromhex("3006020101020101")),
    "s06 embedded jwk, as short as they come": lambda: token(EC_OTHER, "ES384", {"jwk": EC_OTHER.as_dict(private=False)}),
    "s06 embedded jwk": lambda: token(OTHER, header={"jwk": OTHER.as_dict(private=False)}),
    "s06 x5c": lambda: token(OTHER, header={"x5c": [part(OTHER.as_der(private=False))]}),
    "s06 x5u": lambda: token(OTHER, header={"x5u": "https://evil.example/x"}),
    **{f"s07 jku {jku}": (lambda jku=jku: signed({"jku": jku})) for jku in (
        "https://evil.example/jwks", "https://ehr.example.org@evil.example/jwks", "https://ehr.example.org.evil.example/jwks",
        "https://ehr.example.org/../evil/jwks", "http://ehr.example.org/jwks", "https://ehr.example.org/jwks?x=1", "", 5, ["https://ehr.example.org/jwks"])},
    **{f"s08 kid {str(kid)[:30]!r}": (lambda kid=kid: signed({"kid": kid})) for kid in (
        ..., "a" * 5_000, "../../../dev/null", "' OR 1=1 --", "r1\n", "r1\u202e", ["r1"], {"a": 1}, 5, None, "")},
    "s09 crit": lambda: signed({"crit": ["x"], "x": 1}),
    "s09 b64 false": lambda: signed({"b64": False, "crit": ["b64"]}),
    "s09 zip": lambda: signed({"zip": "DEF"}),
    "s09 JWE": lambda: ".".join([part({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "r1"}), "AA", "AA", "AA", "AA"]),
    "s09 a token in a token": lambda: f"{part({'alg': 'RS384', 'kid': 'r1', 'cty': 'JWT'})}.{part(token().encode())}.AAAA",
    **{f"s10 exp {exp!r}": (lambda exp=exp: token(exp=exp)) for exp in (..., "1900000000", True, [], {}, 0, -1, 10**15)},
    "s10 exp with a fraction": lambda: token(exp=time.time() + 300.5),
    "s10 exp 1e400": lambda: f"{part({'alg': 'RS384', 'kid': 'r1'})}.{part(json.dumps(claims(exp=1)).replace('1,', '1e400,', 1).encode())}.AAAA",
    "s11 iat 2 min ahead": lambda: token(iat=int(time.time()) + 125),
    "s11 nbf 2 min ahead": lambda: token(nbf=int(time.time()) + 125),
    "s11 nbf text": lambda: token(nbf="now"),
    "s11 iat text": lambda: token(iat="now"),
    **{f"s13 aud {aud!r}": (lambda aud=aud: token(aud=aud)) for aud in (
        "https://other.example" + SERVICE, URL + "/cds-services/other", "http://cds.example.org" + SERVICE, URL + SERVICE + "/",
        URL + SERVICE + "x", URL, [], 5, {"a": URL + SERVICE}, [[URL + SERVICE]], "https://cds.example.org:443" + SERVICE)},
    "s14 issuer unknown": lambda: token(iss="https://evil.example"),
    "s14 issuer a list": lambda: token(iss=[ISSUER]),
    "s14 issuer with a slash": lambda: token(iss=ISSUER + "/"),
    "s22 good but for its length": lambda: token(note="x" * 20_000),
    "s22 a hundred dots": lambda: "." * 100,
    "s22 base64 of junk": lambda: "AAAA.AAAA.AAAA",
    "s22 deep JSON": lambda: f"{part(b'[' * 3000)}.{part(b'{' * 3000)}.AAAA",
}  # fmt: skip


def test_a_token_signed_by_hand_is_good(settings: Settings) -> None:
    assert call(settings, signed({}), signed({"typ": "JWT", "jku": ...}))[0].status_code == 200


def test_s_every_forged_token_gets_the_same_401_and_one_clean_line(settings: Settings) -> None:
    """S02-S11, S13, S14, S22, S23: one body, one header, whatever was wrong."""
    lines: list[bytes] = []

    async def run() -> list[tuple[str, httpx.Response]]:
        edge = create_app(settings.model_copy(update={"log_level": "debug"}))
        edge.log.write = lines.append
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
            found = []
            for name, make in BAD.items():
                headers = {"content-type": "application/json", "authorization": f"Bearer {make()}"}
                found.append((name, await http.post(SERVICE, content=BODY, headers=headers)))
            return found

    found = asyncio.run(run())
    assert {name: one.status_code for name, one in found if one.status_code != 401} == {}
    assert len({one.content for _, one in found}) == 1
    assert {one.headers["www-authenticate"] for _, one in found} == {"Bearer"}
    assert len({tuple(name for name in one.headers if name != "x-request-id") for _, one in found}) == 1
    told = [json.loads(line) for line in lines]
    assert all(
        set(line) <= {"time", "level", "event", "request", "method", "route", "status", "ms", "count"} for line in told
    )
    assert not any(b"evil" in line or b"1=1" in line or b"passwd" in line for line in lines)


@pytest.mark.parametrize(
    "said",
    ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "bearer", "Token x", "", "Bearer a b c",
     "{good}", "Basic {good}", "Token {good}", "DPoP {good}", "Bearer {good} x", "Bearer,{good}"],
)  # fmt: skip
def test_s01_other_schemes_are_401(settings: Settings, said: str) -> None:
    """Also around a token that is good."""
    (response,) = call(settings, None, headers=[("authorization", said.format(good=token()))])
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("name", ["access_token", "token", "jwt", "id_token", "Access_Token"])
def test_s01_a_token_in_the_url_is_400_even_with_a_good_header(settings: Settings, name: str) -> None:
    (response,) = call(settings, token(), path=f"{SERVICE}?{name}={token()}")
    assert response.status_code == 400
    assert "Authorization header" in response.text


@pytest.mark.parametrize(("late", "status"), [(59, 200), (61, 401), (3600, 401)])
def test_s10_exp_is_exact_to_the_leeway_of_a_minute(settings: Settings, late: int, status: int) -> None:
    now = int(time.time())
    (response,) = call(settings, token(exp=now - late + (1 if late == 59 else 0), iat=now - 300))
    assert response.status_code == status


def test_s12_a_clock_that_is_wrong_is_named_in_the_log(settings: Settings) -> None:
    lines: list[bytes] = []

    async def run() -> list[int]:
        edge = create_app(settings.model_copy(update={"log_level": "info"}))
        edge.log.write = lines.append
        found = []
        for minutes in (10, -10):
            edge.app.state.service.clock = lambda minutes=minutes: time.time() + minutes * 60  # type: ignore[attr-defined]
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
                headers = {"content-type": "application/json", "authorization": f"Bearer {token()}"}
                found.append((await http.post(SERVICE, content=BODY, headers=headers)).status_code)
        return found

    assert asyncio.run(run()) == [401, 401]
    assert sum(b"check both clocks" in line for line in lines) == 2


def test_b16_after_a_jump_of_the_clock_fresh_tokens_are_admitted_again(settings: Settings) -> None:
    """Wrong by an hour it admits whom that hour admits; once it is right, nobody is refused for what was."""

    async def run() -> list[tuple[int, int]]:
        edge = create_app(settings)
        found = []
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
            for jump in (0, 3600, 0, -3600, 0):
                now = time.time() + jump
                edge.app.state.service.clock = lambda now=now: now  # type: ignore[attr-defined]
                statuses = []
                for made in (token(iat=int(now), exp=int(now) + 300), token(iat=int(now) - 900, exp=int(now) - 600)):
                    headers = {"content-type": "application/json", "authorization": f"Bearer {made}"}
                    statuses.append((await http.post(SERVICE, content=BODY, headers=headers)).status_code)
                found.append((statuses[0], statuses[1]))
        return found

    assert asyncio.run(run()) == [(200, 401)] * 5


def test_s14_a_key_of_another_client_does_not_open_this_one(tmp_path: Path, jwks: Path) -> None:
    theirs = tmp_path / "second.json"
    theirs.write_text(json.dumps({"keys": [SECOND_KEY.as_dict(private=False)]}))
    clients = ({"issuer": ISSUER, "jwks_file": jwks}, {"issuer": SECOND, "jwks_file": theirs})
    both = Settings(clients=clients, public_url=URL, store_enabled=False, log_level="error", console=False)
    stolen = token(SECOND_KEY, header={"kid": "s1"}, iss=ISSUER)
    own = token(SECOND_KEY, header={"kid": "s1"}, iss=SECOND)
    assert [one.status_code for one in call(both, stolen, own)] == [401, 200]


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS384"])
def test_auth_02_further_algorithms_only_where_a_site_lists_them(jwks: Path, alg: str) -> None:
    key = EC256 if alg == "ES256" else RSA
    listed = {"issuer": ISSUER, "jwks_file": jwks, "algorithms": ("RS384", "ES384", alg)}
    site = Settings(clients=(listed,), public_url=URL, store_enabled=False, log_level="error", console=False)
    assert call(site, token(key, alg))[0].status_code == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_auth_13_the_scheme_in_any_case(settings: Settings, scheme: str) -> None:
    (response,) = call(settings, None, headers=[("authorization", f"{scheme} {token()}")])
    assert response.status_code == 200


def test_s04_s08_keys_that_must_not_be_used() -> None:
    twice = [RSA.as_dict(private=False), OTHER.as_dict(private=False)]
    shared = read_keys({"keys": twice})["r1"]
    from cds_service.api.auth.gate import NotAuthenticated
    from cds_service.api.auth.tokens import verify

    for key in (RSA, OTHER):
        with pytest.raises(NotAuthenticated, match="two keys"):
            verify(token(key), shared, "RS384")
    both_kinds = read_keys({"keys": [RSA.as_dict(private=False), EC.as_dict(private=False) | {"kid": "r1"}]})["r1"]
    verify(token(RSA), both_kinds, "RS384")
    for use in ({"use": "enc"}, {"alg": "RS256"}, {"key_ops": ["encrypt"]}):
        found = read_keys({"keys": [RSA.as_dict(private=False) | use]}).get("r1", [])
        with pytest.raises(NotAuthenticated):
            verify(token(RSA), found, "RS384")


async def many_at_once(apps: list[Any], one: str, times: int) -> list[int]:
    clients = [httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service") for app in apps]
    headers = {"content-type": "application/json", "authorization": f"Bearer {one}"}
    calls = [clients[number % len(clients)].post(SERVICE, content=BODY, headers=headers) for number in range(times)]
    return [response.status_code for response in await asyncio.gather(*calls)]


def shared_settings(jwks: Path, folder: Path) -> Settings:
    client = {"issuer": ISSUER, "jwks_file": jwks}
    return Settings(
        clients=(client,), public_url=URL, store=str(folder / "f.sqlite3"), log_level="error", console=False
    )


async def opened(settings: Settings) -> Any:
    edge = create_app(settings)
    desk = edge.app.state.service.desk  # type: ignore[attr-defined]
    desk.start()
    assert await desk.ready(10)
    return edge


async def closed(*apps: Any) -> None:
    for app in apps:
        await app.app.state.service.desk.stop()


async def test_s15_one_of_a_hundred_replays_across_two_workers_and_none_after_a_restart(
    jwks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_service.api.auth.replay.SHARED_S", 10.0)  # however slow this machine's disk is just now
    site, one = shared_settings(jwks, tmp_path), token()
    first, second = await opened(site), await opened(site)
    for app in (first, second):
        app.limits.max_concurrent = 1_000
    statuses = await many_at_once([first, second], one, 100)
    assert (statuses.count(200), statuses.count(401)) == (1, 99)
    await closed(first, second)
    third = await opened(site)
    assert await many_at_once([third], one, 1) == [401]
    await closed(third)


async def test_s15_p05_a_store_that_is_locked_stops_no_caller(jwks: Path, tmp_path: Path) -> None:
    import sqlite3

    edge = await opened(shared_settings(jwks, tmp_path))
    await asyncio.sleep(0.3)  # the first retention is over
    lock = sqlite3.connect(tmp_path / "f.sqlite3", check_same_thread=False)
    await asyncio.to_thread(lock.execute, "BEGIN EXCLUSIVE")
    one = token()
    assert await many_at_once([edge], one, 1) == [200], "though the lock is not given back"
    again = await in_time_async(0.2, lambda: many_at_once([edge], token(), 1))
    assert again == [200], "it is not asked again for a while"
    assert await many_at_once([edge], one, 1) == [401], "this process still remembers"
    assert "store is away" in edge.app.state.service.readiness()["replay"]
    lock.rollback()
    lock.close()
    await closed(edge)


async def test_s15_p05_a_store_that_never_answers_holds_no_caller(
    jwks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> bool:
        await asyncio.sleep(3_600)
        return True

    monkeypatch.setattr(Store, "is_new_token", never)
    edge = await opened(shared_settings(jwks, tmp_path))
    assert await asyncio.wait_for(many_at_once([edge], token(), 1), 15) == [200]
    await closed(edge)


async def test_s16_memory_of_token_ids_is_bounded_and_forgets_none_that_is_valid() -> None:
    replays = Replays(None)
    tracemalloc.start()
    for number in range(MAX_REMEMBERED):
        assert await replays.is_new("iss", str(number), 1_000.0 + number % 100, 0.0)
    assert await replays.is_new("iss", "one more", 2_000.0, 0.0) is None, "503 rather than forgetting"
    assert await replays.is_new("iss", "7", 2_000.0, 0.0) is False
    assert await replays.is_new("iss", "one more", 2_000.0, 1_001.0) is True, "the oldest have expired"
    assert await replays.is_new("iss", "one more", 2_000.0, 1_001.0) is False
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 100_000_000


async def test_s17_s19_a_known_key_never_waits_for_a_slow_host_and_a_removed_one_goes() -> None:
    now, slow, listed = [0.0], [False], [[RSA, EC]]

    async def handler(request: httpx.Request) -> httpx.Response:
        if slow[0]:
            await asyncio.sleep(10)
        return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in listed[0]]})

    keys = ring(handler, lambda: now[0])  # type: ignore[arg-type]
    assert await keys.find("r1")
    now[0], slow[0] = 400.0, True
    assert await asyncio.wait_for(keys.find("r1"), 5), "half of what the host takes"
    assert keys._behind is not None
    await keys._behind
    now[0], slow[0], listed[0] = 800.0, False, [EC]
    assert await keys.find("r1"), "once more, while the refresh runs"
    await keys._behind
    assert await keys.find("r1") == [], "removed"
    listed[0] = [EC, OTHER]
    now[0] = 900.0
    assert await keys.find("r1"), "a new key is picked up by its unknown kid"


@pytest.mark.parametrize(
    ("name", "response"),
    [
        ("10,000 keys", httpx.Response(200, json={"keys": [RSA.as_dict(private=False) | {"kid": str(n)} for n in range(500)]})),
        ("good, but 300 kB", httpx.Response(200, content=json.dumps({"keys": [RSA.as_dict(private=False)]}).encode() + b" " * 300_000)),
        ("10 MB", httpx.Response(200, content=b" " * 10_000_000)),
        ("gzip", httpx.Response(200, content=b"x", headers={"content-encoding": "gzip"})),
        ("private", httpx.Response(200, json={"keys": [RSA.as_dict(private=True)]})),
        ("deep", httpx.Response(200, content=b"[" * 100_000)),
        ("no object", httpx.Response(200, json=[1])),
        ("keys no list", httpx.Response(200, json={"keys": {"a": 1}})),
    ],
)  # fmt: skip
async def test_s19_odd_key_sets(name: str, response: httpx.Response) -> None:
    keys = ring(lambda _: response, lambda: 0.0)
    if name == "10,000 keys":
        assert await keys.find("1")
        assert len(keys._keys) == MAX_KEYS
    else:
        with pytest.raises(KeysUnavailable):
            await keys.find("r1")


async def test_s20_a_key_host_that_redirects_is_not_followed() -> None:
    """To a set that would do, on the same machine: nobody asks for it."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        asked.append(path)
        body = json.dumps({"keys": [RSA.as_dict(private=False)]}).encode()
        head = "302 X\r\nlocation: /good" if path == "/jwks" else "200 OK"
        writer.write(f"HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    assert await KeyRing(file=None, url=f"{base}/good", refresh_s=30).find("r1")
    with pytest.raises(KeysUnavailable):
        await KeyRing(file=None, url=f"{base}/jwks", refresh_s=30).find("r1")
    server.close()
    assert asked == ["/good", "/jwks"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.evil.example/jwks", "http://localhost.evil.example/x", "ftp://x/y", "https:///x", "//x"]
)
def test_s07_s20_a_key_host_must_be_https_or_this_machine(url: str) -> None:
    with pytest.raises(ConfigurationError):
        KeyRing(file=None, url=url, refresh_s=30)


def test_s21_ten_thousand_bad_tokens_are_few_lines_and_every_one_is_counted(settings: Settings) -> None:
    lines: list[bytes] = []
    tokens = size(2_000, 10_000)

    async def run() -> tuple[int, str]:
        edge = create_app(settings.model_copy(update={"log_level": "info", "metrics": True}))
        edge.log.write = lines.append
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
            headers = {"content-type": "application/json", "authorization": "Bearer AAAA.AAAA.AAAA"}
            for _ in range(tokens):
                await http.post(SERVICE, content=b"{}", headers=headers)
            good = await http.post(SERVICE, content=BODY, headers=headers | {"authorization": f"Bearer {token()}"})
            return good.status_code, (await http.get("/metrics")).text

    begin = time.monotonic()
    status, metrics = asyncio.run(run())
    windows = 1 + (time.monotonic() - begin) / WINDOW_S
    print(f"{tokens} bad tokens, {len(lines)} lines in {WINDOW_S * windows:.0f} s")
    assert status == 200
    assert len(lines) < (REFUSALS_SHOWN + 5) * windows, "so many a window, however long it lasts"
    assert f'cds_authentication_total{{result="refused"}} {tokens}' in metrics


def test_s22_a_megabyte_of_token_costs_nothing(settings: Settings) -> None:
    from cds_service.api.auth.gate import NotAuthenticated
    from cds_service.api.auth.tokens import bearer, unverified

    for text in ("a" * 1_000_000, "." * 1_000_000, "a." * 100_000):
        with pytest.raises(NotAuthenticated), cpu_at_most(0.02):
            unverified(bearer({b"authorization": b"Bearer " + text.encode()}))


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "evil.example")],
        [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "http")],
        [("forwarded", "host=evil.example")],
    ],
)
def test_s24_the_audience_comes_from_the_configuration_not_from_the_request(
    settings: Settings, headers: list[tuple[str, str]]
) -> None:
    named, ours = call(settings, token(aud="https://evil.example" + SERVICE), token(), headers=headers)
    assert (named.status_code, ours.status_code) == (401, 200)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://ehr.example.org.evil.example"])
def test_s24_a_foreign_origin_is_not_reflected_and_never_with_credentials(settings: Settings, origin: str) -> None:
    site = settings.model_copy(update={"cors_origins": ("https://ehr.example.org",)})

    async def run() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(site)), base_url="http://s") as http:
            preflight = {
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization",
            }
            return [
                await http.options(SERVICE, headers=preflight),
                await http.get("/cds-services", headers={"origin": origin}),
            ]

    for response in asyncio.run(run()):
        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers


def test_s24_null_is_no_origin_even_where_any_may_call() -> None:
    (response,) = call(
        Settings(store_enabled=False, console=False, log_level="error"), None, headers=[("origin", "null")]
    )
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("options", "status"),
    [({}, 404), ({"metrics": True}, 200), ({"metrics": False}, 404)],
)
def test_s25_metrics_are_not_public_by_default_and_discovery_always_is(
    settings: Settings, options: dict[str, Any], status: int
) -> None:
    site = settings.model_copy(update={"metrics": None, **options})

    async def run() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(site)), base_url="http://s") as http:
            return [(await http.get(path)).status_code for path in ("/metrics", "/cds-services", "/livez", "/readyz")]

    assert asyncio.run(run()) == [status, 200, 200, 200]


def test_s25_beyond_loopback_without_clients_metrics_need_to_be_asked_for() -> None:
    assert Settings().shows_metrics
    assert not Settings(host="0.0.0.0", allow_unauthenticated=True).shows_metrics


def test_readiness_says_which_mode_is_on(settings: Settings) -> None:
    with_clients = create_app(settings).app.state.service.readiness()  # type: ignore[attr-defined]
    without = create_app(Settings(store_enabled=False, console=False)).app.state.service.readiness()  # type: ignore[attr-defined]
    assert (with_clients["authentication"], without["authentication"]) == ("on", "off")

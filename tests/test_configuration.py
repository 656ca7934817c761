"""Every setting that cannot be used stops the start and is named, by ``check`` as by ``serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cds_service.app import make_catalogue, make_house
from cds_service.errors import ConfigurationError
from cds_service.settings import Settings, load_settings, unknown_variables

WRONG: dict[str, tuple[str, tuple[str, ...]]] = {
    "a word for a number": ('port = "abc"', ("port",)),
    "a misspelt name": ("porrt = 1", ("porrt", "there is no such setting")),
    "a public URL without a scheme": ('public_url = "cds.example.org"', ("public_url", "https://")),
    "an origin without a scheme": ('cors_origins = ["sandbox"]', ("cors_origins", "sandbox")),
    "an origin with a path": ('cors_origins = ["https://ehr.example.org/"]', ("cors_origins", "no path")),
    "certificates that are not there": ('ca_file = "/nowhere/ca.pem"', ("ca_file", "/nowhere/ca.pem")),
    "a database that is not supported": ('store = "mysql://db/cds"', ("store", "mysql", "postgresql")),
    "an unknown zone": ('timezone = "Mars/Base"', ("timezone", "not a time zone")),
    "a short password": ('console_password = "short"', ("console_password", "12")),
    "a negative deadline": ("deadline_s = -1", ("deadline_s",)),
    "no TOML": ("this is not toml", ("site.toml", "line 1")),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: tuple[str, ...]
) -> None:
    file = tmp_path / "site.toml"
    file.write_text(text + "\n")
    monkeypatch.setenv("CDS_CONFIG", str(file))
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    assert all(part in str(refused.value) for part in says), str(refused.value)
    assert "short" not in str(refused.value), "a secret is not repeated"


GOOD: tuple[dict[str, Any], ...] = (
    {"public_url": "https://cds.example.org"}, {"public_url": "http://127.0.0.1:8000/base"}, {"cors_origins": ["*"]},
    {"cors_origins": ["https://ehr.example.org:8443", "http://localhost:3000"]}, {"store": "feedback.sqlite3"},
    {"store": "postgresql://cds:x@db/cds"}, {"store": "postgresql+asyncpg://cds:x@db/cds"}, {"store": "sqlite:////tmp/x"},
)  # fmt: skip


@pytest.mark.parametrize("values", GOOD, ids=str)
def test_what_a_site_may_say(values: dict[str, Any]) -> None:
    Settings(**values)


def test_a_certificate_file_must_hold_certificates(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate")
    with pytest.raises(ValidationError, match="no certificates"):
        Settings(ca_file=empty)


@pytest.mark.parametrize(("name", "make"), [("shadow_families", make_catalogue), ("links", make_house)])
def test_an_unknown_family_is_named_beside_those_that_exist(name: str, make: Any) -> None:
    value: Any = ("nmss",) if name == "shadow_families" else {"nmss": []}
    with pytest.raises(ConfigurationError, match=rf"{name}: unknown family nmss; there are .*nms.*electrolytes"):
        make(Settings(**{name: value}))


def test_a_list_in_the_environment_that_is_not_json_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDS_FHIR_SERVERS", "https://ehr.example.org/fhir")
    with pytest.raises(ConfigurationError, match="CDS_FHIR_SERVERS: not valid JSON"):
        load_settings()


def test_a_misspelt_variable_is_noticed_and_those_of_the_platform_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_PROT", "CDS_PORT", "CDS_CONFIG", "CDS_CLIENTS__0__ISSUER", "CDS_SERVICE_PORT_8000_TCP"):
        monkeypatch.setenv(name, "1")
    assert unknown_variables() == ("CDS_PROT",)

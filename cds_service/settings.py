"""Settings: the environment (``CDS_...``) and an optional TOML file, read once at start. Nothing else reads either.

Order: command line, environment, file named by ``CDS_CONFIG``, defaults. Unknown keys in the file stop the start.
"""

from __future__ import annotations

import os
import re
import ssl
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cds_service.errors import ConfigurationError

UNSAFE_SALT = "change-me-per-site"
NOT_A_SETTING = "there is no such setting"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ClientSettings(BaseModel):
    """One EHR that may call, when client authentication is on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    """``iss`` of its tokens."""
    name: str = ""
    """How logs and reports call it; the issuer when empty."""
    jwks_url: str | None = None
    jwks_file: Path | None = None
    jku: tuple[str, ...] = ()
    """Values of the ``jku`` header that are accepted; each must be the configured ``jwks_url``."""
    algorithms: tuple[str, ...] = ("RS384", "ES384")
    audiences: tuple[str, ...] = ()
    """Accepted ``aud`` values; empty: the public URL of the endpoint called."""
    hooks: tuple[str, ...] = ()
    """Services it may call; empty: all."""
    fhir_servers: tuple[str, ...] = ()
    """FHIR bases that may be asked for it; empty: the service's own list."""
    not_checked_card: bool = True


class Settings(BaseSettings):
    """Everything an operator can decide. Every field has an environment variable ``CDS_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="CDS_", frozen=True, extra="forbid", env_nested_delimiter="__")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1, le=64)
    public_url: str | None = None
    """The URL under which clients know the service; ``aud`` of their tokens is checked against it."""
    allow_unauthenticated: bool = False
    """Plain words for: strangers may call this service. Needed to listen beyond loopback without clients."""
    clients: tuple[ClientSettings, ...] = ()
    clock_skew_s: int = Field(default=60, ge=0, le=300)
    token_lifetime_s: int = Field(default=900, ge=60, le=3600)
    jwks_refresh_s: int = Field(default=30, ge=1, le=3600)

    fhir_servers: tuple[str, ...] = ()
    """FHIR bases that may be asked, exact origin and path prefix."""
    fhir_private_networks: bool = False
    """Listed bases may resolve to private addresses (an EHR inside the hospital network)."""
    fhir_open_servers: tuple[str, ...] = ()
    """Listed bases that may be asked without a token (a sandbox)."""
    ca_file: Path | None = None
    """Certificates (PEM) of the site's own authority, trusted beside the public ones for FHIR servers and key hosts."""
    deadline_s: float = Field(default=1.5, gt=0, le=30)
    """Total budget of an answer when a FHIR server must be asked."""

    max_body_bytes: int = Field(default=10_000_000, ge=10_000, le=200_000_000)
    body_deadline_s: float = Field(default=10.0, gt=0, le=120)
    max_concurrent: int = Field(default=64, ge=1, le=10_000)
    max_late_s: float = Field(default=0.5, gt=0, le=60)
    """New calls are refused (503, Retry-After) while the event loop runs later than this, twice in a row."""
    drain_s: float = Field(default=1.0, ge=0, le=60)
    """After SIGTERM: how long to go on answering, not ready, before the socket is closed."""
    cors_origins: tuple[str, ...] = ("*",)
    """Browser origins that may call; ``*`` for any (never with credentials)."""

    parameters_file: Path | None = None
    rules_off: tuple[str, ...] = ()
    shadow_families: tuple[str, ...] = ()
    snooze_rules: tuple[str, ...] = ()
    """Rules that an override may silence for a patient, once ``snooze.enabled`` is on in the parameters."""
    source_label: str = "Muscle spasm decision support"
    source_url: str | None = None
    links: dict[str, list[dict[str, str]]] = {}
    """Family → list of ``{label, url}`` of the site's own guidelines (https)."""
    rxnorm_products: Path | None = None
    """A product table compiled by ``cds-service terminology compile``."""
    timezone: str = "UTC"
    """Zone of dates without one."""
    now: str | None = None
    """Frozen clock (ISO 8601), for demonstrations and tests only; said on every answer."""

    store: str | None = None
    """Feedback store: a path (SQLite) or ``postgresql://...``; default: the user's state folder."""
    store_enabled: bool = True
    comment_retention_days: int = Field(default=365, ge=1)
    row_retention_days: int = Field(default=1825, ge=30)
    instance_salt: str = UNSAFE_SALT

    console: bool | None = None
    """The pages for people. Unset: shown, but once clients must present tokens only behind ``console_password``."""
    console_password: SecretStr | None = Field(default=None, min_length=12)
    """Password of the pages (HTTP Basic, any user name)."""
    docs: bool = True
    metrics: bool | None = None
    """``/metrics``. Unset: served to this machine only, so not beyond loopback and not once clients are configured."""
    tracing: bool = False
    """OpenTelemetry traces (the extra ``telemetry``); where to is said with the standard ``OTEL_...`` variables."""
    metrics_folder: Path | None = None
    """Where workers leave their counters for each other; ``serve --workers`` makes one by itself."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    access_log: bool = True

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone") from error
        return value

    @field_validator("public_url")
    @classmethod
    def _a_url(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", value):
            raise ValueError("not a URL such as https://cds.example.org")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if one != "*" and not re.fullmatch(r"https?://[^/\s?#]+", one):
                raise ValueError(
                    f"{one!r} is neither * nor an origin such as https://ehr.example.org (no path, no slash)"
                )
        return value

    @field_validator("ca_file")
    @classmethod
    def _certificates(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=str(value))
            except (OSError, ssl.SSLError) as error:
                raise ValueError(f"no certificates (PEM) can be read from {value}") from error
        return value

    @field_validator("store")
    @classmethod
    def _known_store(cls, value: str | None) -> str | None:
        scheme = value.partition("://")[0].partition("+")[0] if value and "://" in value else "sqlite"
        if scheme not in ("sqlite", "postgresql", "postgres"):
            raise ValueError(f"{scheme} is not supported; use a path or postgresql://...")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def authenticates(self) -> bool:
        """Whether callers must present a token."""
        return bool(self.clients)

    @property
    def is_public(self) -> bool:
        """Whether others than this machine may reach the port: directly, or (clients configured) through a proxy."""
        return self.host not in LOOPBACK or self.authenticates

    @property
    def shows_metrics(self) -> bool:
        """Whether ``/metrics`` is served."""
        return self.metrics if self.metrics is not None else not self.is_public

    @property
    def shows_console(self) -> bool:
        """Whether the pages are served; in production (clients configured) only when somebody asked for them."""
        if self.console is not None:
            return self.console
        return self.console_password is not None or not self.authenticates

    @property
    def store_url(self) -> str:
        """The store's URL or path."""
        if self.store:
            return self.store
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        return str(state / "cds-service" / "feedback.sqlite3")


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and the file it names; ``overrides`` (command line) win where not ``None``.

    Raises ``ConfigurationError`` naming the place, the key and what is wrong.
    """
    path = os.environ.get("CDS_CONFIG")
    values: dict[str, Any] = _file_values(Path(path)) if path else {}
    environment = {name[4:].casefold() for name in os.environ if name.startswith("CDS_") and name != "CDS_CONFIG"}
    values = {key: value for key, value in values.items() if key not in environment}
    values |= {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        where = str(path) if path else "settings"
        message = NOT_A_SETTING if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{where}: {key}: {message}") from None
    except ValueError as error:
        field = re.search(r'field "(\w+)"', str(error))
        if field is None:
            raise ConfigurationError(f"settings: {error}") from None
        raise ConfigurationError(
            f"CDS_{field[1].upper()}: not valid JSON; lists and tables are JSON in the environment"
        ) from None


def unknown_variables() -> tuple[str, ...]:
    """``CDS_...`` variables of the environment that no setting reads: most often misspelt."""
    known = {f"CDS_{name.upper()}" for name in Settings.model_fields} | {"CDS_CONFIG"}
    ours = {name for name in os.environ if name.startswith("CDS_") and not name.startswith("CDS_SERVICE_")}
    return tuple(sorted(name for name in ours - known if name.partition("__")[0] not in known))


def _file_values(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not a TOML file ({error})") from error

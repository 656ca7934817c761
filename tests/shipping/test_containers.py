"""The container files agree with the product: settings that exist, files that are there, probes that answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cds_service.app import create_app
from cds_service.cli.serve import GRACE_S
from cds_service.settings import Settings, load_settings
from tests.reliability.process import PROJECT

DOCKER = PROJECT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CLUSTER: dict[str, dict[str, Any]] = {
    one["kind"]: one
    for name in ("cds-service.yaml", "configuration.yaml")
    for one in yaml.safe_load_all((DOCKER / "k8s" / name).read_text(encoding="utf-8"))
}
POD = CLUSTER["Deployment"]["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in list(os.environ):
        if name.startswith("CDS_"):
            monkeypatch.delenv(name)
    return monkeypatch


def set_all(environment: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        if name.startswith("CDS_"):
            environment.setenv(name, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value))


def test_the_plain_up_is_the_service_alone() -> None:
    assert [name for name, one in SERVICES.items() if "profiles" not in one] == ["cds-service"]


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for one in SERVICES.values() for port in one.get("ports", ())]
    assert len(published) >= 5
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_file_that_is_mounted_or_built_from_is_there() -> None:
    for one in SERVICES.values():
        for volume in one.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (DOCKER / source).exists(), source
        build = one.get("build")
        if build:
            assert (DOCKER / build["context"] / build.get("dockerfile", "Dockerfile")).is_file()


def test_the_settings_in_compose_are_settings(environment: pytest.MonkeyPatch) -> None:
    set_all(environment, {"CDS_HOST": "0.0.0.0"} | SERVICES["cds-service"]["environment"])
    settings = load_settings()
    assert settings.shows_metrics
    create_app(settings)


def test_the_settings_in_the_cluster_are_settings_and_ask_for_tokens(environment: pytest.MonkeyPatch) -> None:
    set_all(environment, {"CDS_HOST": "0.0.0.0"} | CLUSTER["ConfigMap"]["data"] | CLUSTER["Secret"]["stringData"])
    settings = load_settings()
    assert settings.authenticates
    assert settings.shows_metrics
    create_app(settings)
    assert POD["terminationGracePeriodSeconds"] > settings.drain_s + GRACE_S
    probe = CONTAINER["readinessProbe"]
    assert settings.drain_s > probe["periodSeconds"] * probe["failureThreshold"], "not ready is seen before it ends"


async def test_probes_and_healthcheck_ask_for_what_is_there() -> None:
    asked = [CONTAINER[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")]
    asked += re.findall(r"http://127\.0\.0\.1:8000(/\w+)", DOCKERFILE)
    assert len(asked) == 4
    edge = create_app(Settings(store_enabled=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://service") as http:
        assert [(await http.get(path)).status_code for path in asked] == [200] * 4


def test_nothing_runs_as_root_or_writes_to_its_root_file_system() -> None:
    assert "USER 10001" in DOCKERFILE
    assert SERVICES["cds-service"]["read_only"] is True
    assert POD["securityContext"]["runAsNonRoot"] is True
    security = CONTAINER["securityContext"]
    assert (security["readOnlyRootFilesystem"], security["allowPrivilegeEscalation"]) == (True, False)
    assert security["capabilities"] == {"drop": ["ALL"]}


def test_replicas_outlive_a_drained_node_and_the_service_finds_them() -> None:
    labels = CLUSTER["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
    assert CLUSTER["Service"]["spec"]["selector"].items() <= labels
    assert CLUSTER["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"].items() <= labels
    assert CLUSTER["PodDisruptionBudget"]["spec"]["minAvailable"] < CLUSTER["Deployment"]["spec"]["replicas"]
    assert CLUSTER["HorizontalPodAutoscaler"]["spec"]["minReplicas"] == CLUSTER["Deployment"]["spec"]["replicas"]
    assert CLUSTER["Deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_what_the_dockerfile_copies_is_there_and_reaches_the_builder() -> None:
    let_in = [line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            name = source.removeprefix("./")
            assert (PROJECT / name).exists()
            assert any(Path(name).match(pattern) for pattern in let_in), f"{name} is kept out by .dockerignore"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-build.lock", "requirements-telemetry.lock"])
def test_every_package_is_pinned_with_its_hashes(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(pinned) >= 5
    assert all("==" in line and "--hash=sha256:" in line for line in pinned)


@pytest.fixture(scope="module")
def loaded() -> Iterator[Any]:
    """An independent FHIR server with the charts of the fixtures, loaded as compose does it."""
    from tests.fhir_server.running import server
    from tests.reliability.process import free_port

    with server(free_port()) as running:
        command = [sys.executable, str(DOCKER / "fhir" / "load.py"), running.base, str(PROJECT / "fixtures")]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=180, env=os.environ | {"PYTHONPATH": str(PROJECT)}
        )
        assert done.returncode == 0, done.stderr
        yield running, done.stdout


def test_the_loader_fills_a_fhir_server_that_then_gives_the_same_advice(loaded: Any) -> None:
    import time

    from tests.fhir_server.test_independent_server import fetched
    from tests.reliability.process import fixture

    running, said = loaded
    assert said.count("\n") == len(list((PROJECT / "fixtures").glob("*/request.json")))
    request = fixture() | {"prefetch": {}}
    answer = fetched(request, running, now=time.time())
    assert answer["cards"][0]["summary"].startswith("Potassium 2.8 mmol/L")

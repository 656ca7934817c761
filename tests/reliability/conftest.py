"""One service process for the tests that leave it alive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.reliability.process import Running, service


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with service(tmp_path_factory.mktemp("service"), CDS_LOG_LEVEL="debug") as started:
        yield started

"""J18: schemathesis over our own OpenAPI document, short; with FULL_SIZE=1 about 10,000 examples.

Everything the document calls valid must be answered as it says. That it must also refuse whatever the document does not
call valid is not asked: requests are read tolerantly on purpose (decision 1).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.reliability.process import service
from tests.sizes import size


def test_j18_schemathesis_finds_nothing(tmp_path: Path) -> None:
    with service(tmp_path) as running:
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "run", f"{running.url}/openapi.json", "--max-examples", str(size(4, 800)),
            "--seed", "20261128", "--exclude-checks", "negative_data_rejection", "--phases", "examples,fuzzing",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=size(300, 36_000), cwd=tmp_path, check=False
        )
        print(done.stdout[-1_500:])
        assert done.returncode == 0
        assert running.is_good()

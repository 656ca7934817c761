"""What the long runs gave, for docs/reliability.md: what, figure, command. Change a row only after a run."""

from __future__ import annotations

FIGURES: tuple[tuple[str, str, str], ...] = (
    (
        "faults of a FHIR server × kind of data × prefetch, survived / tried, slowest answer",
        "802 / 804, 0.561 s where 0.5 s was the deadline. The two: a server that closes each connection without saying so; what it then did not give is named",
        "python -m tests.fault_matrix",
    ),
    (
        "mutated bodies answered without 5xx, in less than a second, always JSON (2026-11-28)",
        "1,740,000 / 1,740,000 (990,676 answered with cards or none, 749,324 refused), the slowest in 824 ms",
        "python -m tests.fuzz --count 500000 --seed 20261121 (and 20261122, 20261123; 240,000 with 20261124)",
    ),
    (
        "memory grown from the 20,000th to the 240,000th mutated body",
        "5.4 MB (2026-11-28)",
        "python -m tests.fuzz --count 240000 --seed 20261124",
    ),
    (
        "feedback acknowledged by the service before kill -9 at random moments, stored / acknowledged (SQLite)",
        "14,949 / 14,949 in 200 kills, none twice (2026-11-28)",
        "FULL_SIZE=1 python -m pytest -s tests/reliability/test_signals_and_kills.py -k b11",
    ),
    (
        "entries acknowledged by the store before kill -9, stored / acknowledged",
        "SQLite 3,200 / 3,200 in 200 kills; PostgreSQL 15 3,200 / 3,200 in 200 kills (2026-11-28)",
        "FULL_SIZE=1 python -m pytest tests/feedback/test_store.py -k b11_what_was_acknowledged_survives_kill_9",
    ),
    (
        "charts with entries, codings and members in another order; with unrelated or unreadable resources added: same cards / tried",
        "1,000 / 1,000, 1,000 / 1,000 and 1,000 / 1,000 (2026-11-28)",
        'FULL_SIZE=1 python -m pytest tests/reliability/test_clinical_data.py -k "d22 or d23"',
    ),
    (
        "schemathesis over our OpenAPI document, passed / generated",
        "1,912 / 1,912",
        "schemathesis run http://127.0.0.1:8000/openapi.json --max-examples 150 --exclude-checks negative_data_rejection",
    ),
    (
        "the same at the size of the list (10,000)",
        "not finished: two runs were ended by their time (20 and 11 minutes of half a processor). In the second 1,485 requests were answered, none with 5xx (2026-11-28)",
        "FULL_SIZE=1 python -m pytest -s tests/test_openapi_fuzz.py",
    ),
    (
        "memory of the service while it answers calls with a card each, all stored",
        "98.8 MiB after 1,850 calls, 100.6 after 81,020, 100.6 after 301,336 (2026-11-28). A million were not run; CI runs 4,000",
        "python -m benchmarks.run --rounds 1 --sizes small --memory-requests 300000 --memory-body fixtures/hypokalaemia-furosemide/request.json",
    ),
    (
        "forged tokens refused with the same bytes / tried",
        "94 / 94",
        "pytest tests/auth/test_abuse.py",
    ),
    (
        "bad tokens in a row, answered 401, counted in the metrics; log lines",
        "10,000 / 10,000; 553 lines in the 266 s that a loaded machine took (21 in ten seconds), and the good caller after them was answered",
        "FULL_SIZE=1 python -m pytest -s tests/auth/test_abuse.py -k s21",
    ),
    (
        "bandit over cds_service",
        "clean; four lines explained where they stand",
        "bandit -c pyproject.toml -r cds_service",
    ),
    (
        "pip-audit",
        "not run: no advisories are served by the package index used here, it skips every package and says clean",
        "pip-audit --strict -r requirements.lock",
    ),
    (
        "mutants of addresses.py killed / tried (every fourth)",
        "16 / 21; two survivors change nothing, the other three have tests since",
        "python -m tests.mutants --only addresses --every 4",
    ),
)

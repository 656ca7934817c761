"""Every quirk of the table through the whole service; the table itself is documentation and must stay fresh."""

from __future__ import annotations

import pytest

from tests.fhir.quirks import QUIRKS, Quirk, applied
from tests.service import account, answer, hits

LOW = ("potassium-low", "warning")
DRUG = ("diuretic-potassium-low", "warning")
CRAMP = ("potassium-low", "info")
PAIR = ("statin-interaction", "critical")


@pytest.mark.parametrize("quirk", QUIRKS, ids=str)
def test_quirk(quirk: Quirk) -> None:
    body = answer(applied(quirk))
    found = hits(body)
    entries = account(body).get("notEvaluated", [])
    needs = {entry.get("need") for entry in entries}
    card_codes = [card["source"]["topic"]["code"] for card in body["cards"]]
    assert ("not-checked" in card_codes) is bool(entries)
    if quirk.id.startswith("C"):
        assert (CRAMP in found) is quirk.outcome.startswith("used"), found
        assert ("Condition" in needs) is (quirk.outcome == "named"), entries
        return
    if quirk.id.startswith(("M", "D")):
        due = PAIR if quirk.id.startswith("D") else DRUG
        assert (due in found) is quirk.outcome.startswith("used"), found
        said = {"notdrug", "strangerdrug", "used+conflict", "order", "used+order"}
        assert bool({"MedicationRequest", "draft order"} & needs) is (quirk.outcome in said), entries
        assert ("FHIR R4" in needs) is (quirk.outcome == "version"), entries
        assert ("MedicationAdministration" in needs) is (quirk.outcome == "given"), entries
        return
    assert (LOW in found) is quirk.outcome.startswith("used"), found
    expected = {
        "named": {"K"}, "stranger": {"Observation"}, "source": {"Observation"}, "used+source": {"Observation"},
        "used+version": {"FHIR R4"}, "used+stranger": {"Observation"}, "used+unreadable": {"resource"},
        "K+Na": {"K", "Na"}, "used+patient": {"Patient"},
    }  # fmt: skip
    assert needs == expected.get(quirk.outcome, set()), entries


def test_there_are_at_least_sixty_and_each_has_its_own_id() -> None:
    assert len({quirk.id for quirk in QUIRKS}) == len(QUIRKS) >= 60

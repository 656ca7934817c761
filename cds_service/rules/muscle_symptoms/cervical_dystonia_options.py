"""Options to discuss in cervical dystonia.

Botulinum toxin is first line, by a specialist. Pregabalin, gabapentin and duloxetine are mentioned in the document and
in guidance for survivors of head and neck cancer.

Silent when: no prompt symptom, or cervical dystonia not active. Source: document D11, D33, D36.
"""

from __future__ import annotations

from cds_service.clinical.case import Case
from cds_service.clinical.vocabulary import Concept
from cds_service.guidance.electrolytes import SYMPTOM_NEEDS
from cds_service.guidance.finding import Family, Finding, OverrideSet
from cds_service.guidance.muscle_symptoms import prompt_line, section_finding, symptom_rows
from cds_service.guidance.rule import PATIENT_VIEW, Rule


def check(case: Case) -> Finding | None:
    """A prompt symptom and cervical dystonia."""
    facts = case.facts(Concept.CERVICAL_DYSTONIA) if case.prompt_symptoms else ()
    if not facts:
        return None
    return section_finding(
        case,
        "Cervical dystonia: options to discuss",
        rows=symptom_rows(case, *facts),
        why="Most cervical dystonia is idiopathic; some follows neck dissection or radiation.",
        consider=(
            "Botulinum toxin is first line, by a specialist.",
            "Pregabalin, gabapentin and duloxetine are used for pain and spasm after neck dissection or radiation.",
            "Refer for specialised treatment and rehabilitation.",
        ),
        decided=(prompt_line(case), "cervical dystonia active"),
    )


RULE = Rule(
    id="cervical-dystonia-options",
    title="Cervical dystonia: options to discuss",
    family=Family.MUSCLE_SYMPTOMS,
    hooks=PATIENT_VIEW,
    only_with=frozenset({Concept.CERVICAL_DYSTONIA}),
    needs=SYMPTOM_NEEDS | {Concept.CERVICAL_DYSTONIA},
    check=check,
    override=OverrideSet.INFO,
    documents=("D11", "D33", "D36"),
    evidence=("R-BONT", "R-ACSHN"),
)

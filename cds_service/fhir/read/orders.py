"""ServiceRequests of the record and of this call → tests already ordered (rule catalogue 0.12)."""

from __future__ import annotations

from msgspec import Struct, field

from cds_service.clinical.chart import TestOrder
from cds_service.fhir import shapes
from cds_service.fhir.read.context import Reading, codings, reference_to, text_of
from cds_service.fhir.read.problems import Problems
from cds_service.fhir.read.reasons import reasons_of


class Orders(Struct):
    """Test orders as they are read, each once."""

    reading: Reading
    problems: Problems
    found: dict[str, TestOrder] = field(default_factory=dict)

    def add(self, order: shapes.ServiceRequest, *, drafted: bool, judged: bool = False) -> None:
        """Read one ServiceRequest; ``drafted`` marks those of this call, ``judged`` those whose reason is a symptom now.

        Raises msgspec errors for a malformed one.
        """
        if not self._is_own(order, drafted) or order.doNotPerform:
            return
        code = plain_concept(order.code)
        self.problems.add_goal_order(order, code)
        if order.status not in ("draft", "active", None):
            return
        if judged and order.status != "active":
            self.problems.add_order_reasons(reasons_of(order, self.reading)[0])
        tests = self.reading.terminology.lab_tests(codings(code), text_of(code))
        if not tests:
            return
        reference = reference_to("ServiceRequest", order.id)
        key = f"{reference or len(self.found)}"
        if key in self.found and self.found[key].in_this_call:
            return
        authored = self.reading.time(order.authoredOn)
        self.found[key] = TestOrder(tests=tests, in_this_call=drafted, authored=authored, reference=reference)

    def _is_own(self, order: shapes.ServiceRequest, drafted: bool) -> bool:
        if drafted and (order.subject is None or order.subject.reference is None):
            return True
        return self.reading.is_own(order.raw_subject, "draft order" if drafted else "ServiceRequest", order.id)


def plain_concept(code: shapes.CodeOrReference | None) -> shapes.Concept | None:
    """The CodeableConcept in an R4 or R5 ``code``."""
    if code is None:
        return None
    if code.concept is not None:
        return code.concept
    return shapes.Concept(coding=code.coding, text=code.text)

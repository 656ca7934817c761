"""National Drug Codes: the labeller and product part in nine digits, from every way of writing one."""

from __future__ import annotations


def labeller_and_product(code: str) -> list[str]:
    """Nine-digit candidates (labeller 5, product 4) for an NDC; empty when the text is none.

    Eleven digits (with or without hyphens 5-4-2), ten digits with hyphens (4-4-2, 5-3-2, 5-4-1), labeller-product with
    one hyphen, nine digits. Of ten digits without hyphens only those that begin with 0 tell where the labeller ends (all
    labellers of four digits do, no other); the rest are ambiguous and give no candidate: a guess could name another
    medicine.
    """
    parts = [part.strip() for part in code.strip().split("-")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return []
    if len(parts) == 1 and len(parts[0]) == 10 and parts[0][0] == "0":
        return ["0" + parts[0][:8]]
    if len(parts) == 1:
        return [parts[0][:9]] if len(parts[0]) in (9, 11) else []
    labeller, product = parts[0], parts[1]
    if len(parts) > 3 or len(labeller) not in (4, 5) or len(product) not in (3, 4):
        return []
    if len(parts) == 3 and len(parts[2]) not in (1, 2):
        return []
    return [labeller.zfill(5) + product.zfill(4)]

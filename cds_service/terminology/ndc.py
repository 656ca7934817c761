"""National Drug Codes: the labeller and product part in nine digits, from every way of writing one."""

from __future__ import annotations


def labeller_and_product(code: str) -> list[str]:
    """Nine-digit candidates (labeller 5, product 4) for an NDC; empty when the text is none.

    Eleven digits (with or without hyphens 5-4-2), ten digits with hyphens (4-4-2, 5-3-2, 5-4-1), labeller-product with
    one hyphen, nine digits. Ten digits without hyphens are ambiguous and give no candidate: a guess could name another
    medicine.
    """
    parts = [part.strip() for part in code.strip().split("-")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return []
    if len(parts) == 1:
        return [parts[0][:9]] if len(parts[0]) in (9, 11) else []
    labeller, product = parts[0], parts[1]
    if len(parts) > 3 or len(labeller) not in (4, 5) or len(product) not in (3, 4):
        return []
    if len(parts) == 3 and len(parts[2]) not in (1, 2):
        return []
    return [labeller.zfill(5) + product.zfill(4)]

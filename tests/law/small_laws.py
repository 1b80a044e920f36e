"""Laws of a few entries, written for one question: each entry is its own keys, closed by where it comes from."""

from __future__ import annotations


def entry(kind: str, keys: str, origin: str) -> str:
    """One ``[[kind]]`` of a law file."""
    return f"\n[[{kind}]]\n{keys.strip()}\n{origin}"


def origin(
    from_: str,
    *,
    last_day: str | None = None,
    article: str | None = "17",
    point: str | None = None,
    source: str = "a source",
    confidence: str = "confirmed",
) -> str:
    """In force and known from a day on, by an article of the Flemish decision of 2018; None for one not found."""
    lines = [f"from = {from_}"]
    if last_day is not None:
        lines.append(f"last_day = {last_day}")
    lines += [f"known_from = {from_}", 'known_from_basis = "assumed"', 'act = "flemishDecision2018"']
    lines.append("article_not_found = true" if article is None else f'article = "{article}"')
    if point is not None:
        lines.append(f'point = "{point}"')
    return "\n".join([*lines, f'sources = ["{source}"]', f'confidence = "{confidence}"', ""])


def threshold(id_: str, euros: str, origin: str, *others: str, category: str = "highlySkilled") -> str:
    """A yearly threshold of one category, with ``others`` of its keys."""
    keys = [
        f'id = "{id_}"',
        f'categories = ["{category}"]',
        f'amount = "{euros}"',
        'unit = "EUR/year"',
        'basis = "statbelAverageWage"',
        *others,
    ]
    return entry("salary_threshold", "\n".join(keys), origin)

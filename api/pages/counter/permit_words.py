"""A permit in its reader's words: until when, when to renew it, and its pay against the amounts of the years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.pages.page_parts import Badge, Tone
from api.services.counter.permits import OpenedPermit
from api.words.sentences.figures import euros_text, money
from api.words.sentences.wording import Wording
from domain.law import reasons
from domain.law.findings import Verdict
from domain.law.published.pay_outlook import PayOnADay
from domain.law.published.permit_terms import EndBasis, PermitTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class TermShown:
    """``label`` says what the day ``ends_on`` is, or alone that there is none; ``note`` from what it is known."""

    label: str
    ends_on: date | None
    note: str
    renewal: str
    birthday: str
    badge: Badge | None


def term_shown(term: PermitTerm, today: date, wording: Wording) -> TermShown:
    """The term of a permit. What is not known is said, and no day stands in its place."""
    _ = wording.language.gettext
    if term.ends_on is None:
        label = _("The last day is not known here: it is on the permit itself.")
    elif term.is_stated:
        label = _("Valid until")
    else:
        label = _("Valid until at the latest")
    return TermShown(
        label=label,
        ends_on=term.ends_on,
        note=_note(term, wording),
        renewal=renewal_text(term, wording),
        birthday=_birthday(term, wording),
        badge=_badge(term, today, wording),
    )


def renewal_text(term: PermitTerm, wording: Wording) -> str:
    """When the renewal may be applied for."""
    _ = wording.language.gettext
    if term.ends_on is None:
        return ""
    window = term.window
    if window is None:
        return _("The law data have no window for renewals here: ask the authority.")
    last = wording.day(window.closes_on)
    if window.opens_on is None:
        return _("Renew by %(day)s.", day=last)
    return _("Renew between %(first)s and %(last)s.", first=wording.day(window.opens_on), last=last)


def pay_texts(permit: OpenedPermit, wording: Wording) -> tuple[str, ...]:
    """The pay in the file against the amounts of this year and of the next."""
    if permit.pay is None:
        return (wording.language.gettext("The pay is not on record, so it is held against no amount."),)
    return tuple(_pay_text(each, wording) for each in permit.pay)


def _pay_text(pay: PayOnADay, wording: Wording) -> str:
    _, year = wording.language.gettext, str(pay.day.year)
    if pay.reason == reasons.AMOUNT_NOT_PUBLISHED_YET:
        return _("The amount of %(year)s is not published yet.", year=year)
    if pay.amount is None or pay.unit is None:
        reason = wording.label("findingReasons", pay.reason or reasons.NO_AMOUNT_IN_FORCE)
        return f"{year}{wording.language.colon} {reason}"
    amount = money(str(pay.amount), pay.unit, wording)
    if pay.short is not None:
        short = euros_text(str(pay.short), wording)
        return _(
            "The pay is below the amount of %(year)s (%(amount)s) by %(short)s.", year=year, amount=amount, short=short
        )
    if pay.verdict is Verdict.MET:
        return _("The pay reaches the amount of %(year)s (%(amount)s).", year=year, amount=amount)
    return _("Whether the pay reaches the amount of %(year)s (%(amount)s) is not known.", year=year, amount=amount)


def _note(term: PermitTerm, wording: Wording) -> str:
    _ = wording.language.gettext
    match term.basis:
        case EndBasis.CONTRACT:
            return _("The last day of the contract. The last day on the permit itself is not on record here.")
        case EndBasis.LONGEST_DURATION:
            return _("The longest duration of this category. The last day on the permit itself is not on record here.")
        case EndBasis.BIRTHDAY:
            return _(
                "The day before the %(ordinal)s birthday, unless the contract provides for the higher pay from then "
                "on.",
                ordinal=wording.ordinal(term.birthday_age or 0),
            )
        case EndBasis.STATED | None:
            return ""


def _birthday(term: PermitTerm, wording: Wording) -> str:
    if term.birthday_age is None:
        return ""
    _, ordinal = wording.language.gettext, wording.ordinal(term.birthday_age)
    if term.birthday is None:
        return _("%(ordinal)s birthday: the date of birth is not on record.", ordinal=ordinal)
    return _("%(ordinal)s birthday: %(day)s.", ordinal=ordinal, day=wording.day(term.birthday))


def _badge(term: PermitTerm, today: date, wording: Wording) -> Badge | None:
    _ = wording.language.gettext
    if term.ends_on is None or term.window is None:
        return None
    if term.ends_on < today:
        return Badge(text=_("Ended"), tone=Tone.NEUTRAL)
    if term.window.closes_on < today:
        return Badge(text=_("Last day to renew has passed"), tone=Tone.LATE)
    if term.window.opens_on is not None and term.window.is_open_on(today):
        return Badge(text=_("Can be renewed now"), tone=Tone.ATTENTION)
    return None

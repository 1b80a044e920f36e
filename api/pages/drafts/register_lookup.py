"""Fill in the employer from the enterprise register: what it holds under a number, shown to be checked and saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from api.pages.drafts.group_screen import GroupScreen, Shown
from api.pages.drafts.screens import DraftPages
from api.pages.kept_forms import kept_form
from api.pages.page_parts import FieldError
from api.pages.sent_forms import SentForm
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.employer_lookups import EmployerLookups
from api.services.refusals import RegisterUnavailable
from api.words.choices import Choice
from api.words.languages import Language
from domain.codes import AUTHORITIES
from domain.crossroads.answers import EmployerOnRegister, EstablishmentUnit, RegisteredAddress
from domain.drafts.draft import Draft
from domain.identifiers import DIGITS_BY_FIELD, EnterpriseNumber, IdentifierInvalid

GROUP: Final = "employer"
_NUMBER: Final = "employer.enterpriseNumber"
_NAME: Final = "employer.name"


class RegisterLookup:
    """The second button of the employer's page. ``lookups`` is None where there is no bank to query."""

    def __init__(self, pages: DraftPages, groups: GroupScreen, lookups: EmployerLookups | None) -> None:
        self._pages = pages
        self._groups = groups
        self._lookups = lookups

    def look_up(self, request: Request, draft_id: UUID, sent: SentForm) -> Response:
        """The page of the employer with what the register holds. Nothing is saved.

        Raises ``NotPermitted`` and ``DraftUnknown``.
        """
        filer = self._pages.reader(request)
        self._pages.readers.authorised(request, Action.LOOK_UP_EMPLOYER)
        draft = self._pages.services.drafts.read(filer, draft_id)
        kept = kept_form(sent)
        shown = self._shown(filer, draft, kept or sent, self._pages.language(request))
        return self._groups.page(request, filer, draft, GROUP, shown)

    def _shown(self, filer: AuthorisedCaller, draft: Draft, sent: SentForm, language: Language) -> Shown:
        _ = language.gettext
        number = DIGITS_BY_FIELD["enterprise_number"](sent.one(_NUMBER) or draft.text(_NUMBER) or "")
        try:
            EnterpriseNumber.parse(number)
        except IdentifierInvalid:
            text = _("Enterprise number: enter the ten digits as in the register; the last two are check digits")
            return Shown(sent=sent, errors=(FieldError(field=_NUMBER, text=text),))
        try:
            found = self._answer(number, draft.text("authority"), filer)
        except RegisterUnavailable:
            return Shown(
                sent=sent, register=_("The register does not answer at the moment: fill in the employer yourself.")
            )
        if not isinstance(found, EmployerOnRegister):
            return Shown(sent=sent, register=_("The register holds no enterprise under this number."))
        values: Mapping[str, list[str]] = {_NUMBER: [number], _NAME: [found.name]}
        filled = SentForm({**sent.values, **values})
        if not found.active:
            register = _("The register says that this enterprise is no longer active.")
        elif len(found.establishment_units) > 1:
            register = _("Filled in from the register: choose the establishment unit, check the rest, and save.")
        else:
            register = _("Filled in from the register: check it, and save.")
        return Shown(
            sent=filled,
            register=register,
            registered=_particulars(found, language),
            units=tuple(_choice(each) for each in found.establishment_units),
        )

    def _answer(self, number: str, authority: str | None, filer: AuthorisedCaller) -> object:
        if self._lookups is None:
            raise RegisterUnavailable
        consulting = authority if authority in AUTHORITIES else AUTHORITIES[0]
        return self._lookups.look_up(number, authority=consulting, actor=filer.caller.actor)


def _particulars(found: EmployerOnRegister, language: Language) -> tuple[tuple[str, str], ...]:
    """What shows that it is the right enterprise, as the register writes it."""
    _ = language.gettext
    address = () if found.address is None else ((_("Address"), _address(found.address)),)
    if found.activity is None:
        return address
    return (*address, (_("Activity"), f"{found.activity.code} {found.activity.description}"))


def _address(address: RegisteredAddress) -> str:
    return f"{address.street} {address.house_number}, {address.postal_code} {address.municipality}"


def _choice(unit: EstablishmentUnit) -> Choice:
    return Choice(value=unit.number, text=f"{unit.number} {unit.name}, {_address(unit.address)}")

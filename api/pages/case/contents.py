"""What the page of a case shows of it, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from api.pages.page_parts import Badge, Tone
from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.fees import case_fee_text, payment_text
from api.words.sentences.figures import condition_value, money
from api.words.sentences.findings import finding_text
from api.words.sentences.legal_references import cited
from api.words.sentences.places import municipality_name
from api.words.sentences.readings import readings_text
from api.words.sentences.remarks import finding_remarks
from api.words.sentences.timeline import timeline_sentence
from api.words.sentences.wording import Wording
from domain.case.fees import CaseFee, FeeStatus
from domain.codes import DETAIL_KINDS
from domain.law.findings import Verdict
from domain.law.other_readings import Readings

Pair = tuple[str, object]

_VERDICT_TONES: Final = {
    Verdict.MET.value: Tone.GOOD,
    Verdict.NOT_MET.value: Tone.LATE,
    Verdict.UNDETERMINED.value: Tone.ATTENTION,
}
_CHECK_TONES: Final = {
    "requested": Tone.WAITING,
    "found": Tone.GOOD,
    "noData": Tone.ATTENTION,
    "failed": Tone.ATTENTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingShown:
    rule: str
    verdict: Badge
    observed: object
    threshold: object
    legal_basis: str
    reason: str
    explanation: str
    """Why, in a paragraph; empty where the reasoning has been erased."""
    remarks: tuple[str, ...]
    """What only those are shown who may handle the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionShown:
    """A decision as it was taken: its outcome, its grounds, who took it, and why."""

    title: str
    badge: Badge
    at: datetime | None
    by: str
    grounds: tuple[str, ...]
    motivation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentShown:
    """A payment on record; ``voided`` is why it does not count, None where it does."""

    number: int
    recipient: str
    amount: str
    paid_on: date
    reference: str
    voided: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShown:
    asked_at: datetime
    reply_by: date
    items: tuple[str, ...]
    question: str
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    at: datetime
    sentence: str
    text: str


class CaseWords:
    """Turns what a case file holds into what one reader of it sees."""

    def __init__(self, language: Language, code_lists: CodeLists) -> None:
        self._language = language
        self._code_lists = code_lists
        self._wording = Wording(language, code_lists)

    def label(self, list_name: str, code: str) -> str:
        return self._code_lists.label(list_name, code, self._language.code)

    def open_points(self, points: Iterable[str], fees: Iterable[FeeStatus]) -> tuple[str, ...]:
        """What admission is waiting for, and the recipient, amount and first day of each fee."""
        unsettled = (each for each in fees if each.verdict is not Verdict.MET)
        return (*(self.label("openPoints", each) for each in points), *self.fees(unsettled))

    def fees(self, fees: Iterable[FeeStatus]) -> tuple[str, ...]:
        """What is owed and what was paid of it."""
        return tuple(payment_text(each, self._wording) for each in fees)

    def case_fees(self, fees: Iterable[CaseFee]) -> tuple[str, ...]:
        """The same, with what to write on a transfer and by when to pay."""
        return tuple(case_fee_text(each, self._wording) for each in fees)

    def payments(self, body: Mapping[str, Any]) -> tuple[PaymentShown, ...]:
        """The payments on record, and which of them were voided."""
        return tuple(
            PaymentShown(
                number=each["number"],
                recipient=self.label("feeRecipients", each["recipient"]),
                amount=self._language.money(Decimal(each["amount"])),
                paid_on=date.fromisoformat(each["paidOn"]),
                reference=self.text(each.get("paymentReference")),
                voided=self.text(each["voided"].get("reason")) if "voided" in each else None,
            )
            for each in body["fees"]
        )

    def text(self, value: object) -> str:
        """A value as it is, or the words for one whose key has been destroyed; empty for none."""
        if isinstance(value, dict):
            return self._language.gettext("No longer kept: erased")
        return "" if value is None else str(value)

    def actor(self, by: str | None) -> str:
        """The actor, without the name of the role that the page shows anyway."""
        return "" if by is None else by.partition(":")[2] or by

    def overview(self, body: Mapping[str, Any]) -> tuple[Pair, ...]:
        """The head of a file: what it is about and who has it."""
        _ = self._language.gettext
        representative, employer = body.get("representative"), body["employer"]
        number = employer["enterpriseNumber"]
        pairs: list[Pair] = [
            (_("Category"), self.label("categories", body["category"])),
            (_("Authority"), self.label("authorities", body["authority"])),
            (_("Employer"), f"{self.text(employer['name'])} ({number})" if "name" in employer else number),
        ]
        if "fileNumber" in body.get("legacyRecord", {}):
            pairs.append((_("File number with the authority"), self.text(body["legacyRecord"]["fileNumber"])))
        if representative is not None:
            pairs.append((_("Representative"), representative["enterpriseNumber"]))
        pairs += [
            (_("Filed"), moment(body["filedAt"])),
            (_("Handler"), self.actor(body.get("handler")) or _("Not assigned yet")),
        ]
        if "holder" in body:
            pairs.append((_("Waiting for"), self.label("holders", body["holder"])))
        if "closedAt" in body:
            pairs.append((_("Ended"), moment(body["closedAt"])))
        return tuple(pairs)

    def application(self, body: Mapping[str, Any]) -> tuple[Pair, ...]:
        """The worker and the job; what has been erased says so."""
        _ = self._language.gettext
        worker, job = body["worker"], body["employment"]
        pay = job["grossPay"]
        # A record of another system may leave out any of this.
        names = (worker[each] for each in ("givenName", "familyName") if each in worker)
        name = self.text(worker) if "withheld" in worker else " ".join(names)
        pairs: list[Pair] = [(_("Worker"), name)]
        if "withheld" not in worker:
            pairs += [
                (_("Date of birth"), _day_if(worker.get("birthDate"))),
                (_("Nationality"), worker.get("nationality")),
            ]
        pairs += [
            (_("Job title"), self.text(job["title"]) if "title" in job else None),
            (_("First day of work"), _day_if(job.get("start"))),
            (_("Last day of work"), _day_if(job.get("end"))),
            (
                _("Gross pay in euros"),
                self.text(pay) if "withheld" in pay else money(pay["amount"], pay["period"], self._wording),
            ),
            (_("Contract"), self.label("contracts", job["contract"]) if "contract" in job else None),
            (_("Municipality of work (NIS code)"), self._place(job.get("workplace", {}).get("municipalityCode"))),
        ]
        return tuple(pairs)

    def _place(self, code: str | None) -> str | None:
        return None if code is None else municipality_name(code, self._language)

    def findings(
        self, findings: Sequence[Mapping[str, Any]], *, with_remarks: bool = False
    ) -> tuple[FindingShown, ...]:
        """The findings, each of those that have alternatives followed by them; the remarks are for handlers."""
        each_alone = ((each, *each.get("branches", ())) for each in findings)
        return tuple(self._finding(each, with_remarks=with_remarks) for group in each_alone for each in group)

    def readings(self, readings: Readings | None) -> str:
        """That the deciding day is one reading of several; empty where the law data leave nothing open."""
        return "" if readings is None else readings_text(readings, self._wording)

    def checks(self, body: Mapping[str, Any]) -> tuple[tuple[str, Badge, datetime | None], ...]:
        """Each check at the Crossroads Bank, how it went, and when that was known."""
        shown = []
        for each in body["checks"]:
            state = each["state"]
            badge = Badge(text=self.label("checkStates", state), tone=_CHECK_TONES.get(state, Tone.NEUTRAL))
            at = each.get("answeredAt") or each.get("failedAt") or each.get("requestedAt")
            shown.append((self.label("checks", each["check"]), badge, None if at is None else moment(at)))
        return tuple(shown)

    def tasks(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """What a person has to judge by hand, and why."""
        return tuple(
            f"{self.label('taskSubjects', each['subject'])}{self._language.colon} "
            f"{self.label('findingReasons', each['reason'])}"
            for each in body["manualTasks"]
        )

    def withdrawn_documents(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """What was attached by mistake, each with who withdrew it, when and why."""
        return tuple(
            self._language.gettext(
                "%(kind)s: withdrawn by %(actor)s on %(day)s. %(reason)s",
                kind=self.item(each["kind"]),
                actor=self.actor(each["withdrawn"]["by"]),
                day=self._language.datetime(moment(each["withdrawn"]["withdrawnAt"])),
                reason=self.text(each["withdrawn"].get("reason")),
            )
            for each in body["documents"]
            if "withdrawn" in each
        )

    def requests(self, body: Mapping[str, Any]) -> tuple[RequestShown, ...]:
        """The requests for information, the newest first."""
        return tuple(
            RequestShown(
                asked_at=moment(each["askedAt"]),
                reply_by=date.fromisoformat(each["replyBy"]),
                items=tuple(self.item(item) for item in each["items"]),
                question=self.text(each.get("question")),
                answered_at=moment(each["answeredAt"]) if "answeredAt" in each else None,
                answer=self.text(each.get("answer")),
            )
            for each in reversed(body["informationRequests"])
        )

    def item(self, item: str) -> str:
        return self.label("detailKinds" if item in DETAIL_KINDS else "documentKinds", item)

    def decisions(self, body: Mapping[str, Any]) -> tuple[DecisionShown, ...]:
        """Every decision on the file in its order, the one that ended it last."""
        _ = self._language.gettext
        titles = (
            ("admissibility", _("Admissibility"), "admissibilityOutcomes", "inadmissibilityGrounds"),
            ("workPart", _("Work part"), "outcomes", "refusalGrounds"),
            ("residencePart", _("Residence part"), "outcomes", "residenceRefusalGrounds"),
            ("decision", _("Decision on the application"), "outcomes", "refusalGrounds"),
        )
        shown = [
            DecisionShown(
                title=title,
                badge=self._outcome(outcomes, body[word]["outcome"]),
                at=moment(body[word]["decidedAt"]),
                by=self.actor(body[word].get("by")),
                grounds=tuple(self.label(grounds, each) for each in body[word].get("grounds", ())),
                motivation=self.text(body[word].get("motivation")),
            )
            for word, title, outcomes, grounds in titles
            if word in body
        ]
        withdrawal = body.get("withdrawal")
        if withdrawal is not None:
            shown.append(
                DecisionShown(
                    title=_("Withdrawal"),
                    badge=Badge(text=self.label("caseStatuses", "withdrawn")),
                    at=moment(withdrawal["withdrawnAt"]),
                    by=self.actor(withdrawal.get("by")),
                    grounds=(),
                    motivation=self.text(withdrawal.get("reason")),
                )
            )
        return tuple(shown)

    def entries(self, entries: Sequence[Mapping[str, Any]]) -> tuple[EntryShown, ...]:
        return tuple(
            EntryShown(
                at=moment(each["at"]),
                sentence=timeline_sentence(each, self._language, self._code_lists),
                text=self.text(each.get("text")),
            )
            for each in entries
        )

    def _outcome(self, list_name: str, outcome: str) -> Badge:
        good = outcome in ("granted", "admissible")
        return Badge(text=self.label(list_name, outcome), tone=Tone.GOOD if good else Tone.LATE)

    def _finding(self, finding: Mapping[str, Any], *, with_remarks: bool) -> FindingShown:
        verdict, reason = finding["verdict"], finding.get("reason")
        reasoned = isinstance(finding.get("trace"), list)
        return FindingShown(
            rule=self.label("permitRules", finding["rule"]),
            verdict=Badge(text=self.label("verdicts", verdict), tone=_VERDICT_TONES[verdict]),
            observed=self._measured(finding, "observed"),
            threshold=self._measured(finding, "threshold"),
            legal_basis=cited(finding.get("legalReference"), self._wording) or "",
            reason="" if reason is None else self.label("findingReasons", reason),
            explanation=finding_text(finding, self._wording) if reasoned else "",
            remarks=finding_remarks(finding, self._wording) if reasoned and with_remarks else (),
        )

    def _measured(self, finding: Mapping[str, Any], word: str) -> str | None:
        """An amount, or what else is measured, as readers write it."""
        value = finding.get(word)
        if value is None or isinstance(value, dict):
            return self.text(value) or None
        unit = finding.get("unit", "")
        if unit.startswith("EUR/"):
            return money(value, unit, self._wording)
        if unit == "list" and word == "threshold":
            return self._language.gettext("on the list")
        return condition_value(value, unit, self._wording)


def moment(text: str) -> datetime:
    """A moment of the wire, aware."""
    return datetime.fromisoformat(text)


def _day_if(wire: str | None) -> date | None:
    return None if wire is None else date.fromisoformat(wire)

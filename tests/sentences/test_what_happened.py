"""The entries of a timeline as employers and judges read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from api.words.sentences.timeline import TELLERS
from api.words.sentences.wording import Wording
from projections.timeline.model import VALUES
from tests.sentences.tellings import (
    EMPLOYER,
    EVENTS,
    HANDLER,
    LANGUAGES,
    LISTS,
    language,
    require_readable,
    told,
    typeset,
)

CODES = tuple(LANGUAGES.by_code)

BY_THE_LISTS: Mapping[tuple[str, str], Sequence[str]] = {
    ("ApplicationSubmitted", "authority"): ["authorities"],
    ("ApplicationSubmitted", "kind"): ["kinds"],
    ("ApplicationSubmitted", "category"): ["categories"],
    ("ApplicationSubmitted", "filedBy"): ["filingRoles"],
    ("DocumentAttached", "kind"): ["documentKinds"],
    ("FeePaid", "recipient"): ["feeRecipients"],
    ("CrossroadsCheckRequested", "check"): ["checks"],
    ("CrossroadsCheckAnswered", "check"): ["checks"],
    ("CrossroadsCheckAnswered", "outcome"): ["checkStates"],
    ("CrossroadsCheckFailed", "check"): ["checks"],
    ("CrossroadsCheckFailed", "reason"): ["findingReasons"],
    ("SalaryVerified", "basis"): ["payBases"],
    ("SalaryVerified", "verdict"): ["verdicts"],
    ("LabourMarketEvidenceAdded", "channels"): ["recruitmentChannels"],
    ("LabourMarketTestAssessed", "verdict"): ["verdicts"],
    ("InformationRequested", "items"): ["documentKinds", "detailKinds"],
    ("ApplicationDeclaredAdmissible", "openPoints"): ["openPoints"],
    ("ApplicationDeclaredInadmissible", "grounds"): ["inadmissibilityGrounds"],
    ("WorkPartDecided", "outcome"): ["outcomes"],
    ("WorkPartDecided", "grounds"): ["refusalGrounds"],
    ("WorkPartDecided", "verdict"): ["verdicts"],
    ("ResidencePartDecided", "outcome"): ["outcomes"],
    ("ApplicationDecided", "outcome"): ["outcomes"],
    ("ApplicationDecided", "refusedPart"): ["permitParts"],
    ("ClockPaused", "ground"): ["pauseGrounds"],
    ("DeadlineWarned", "clock"): ["clocks"],
    ("DeadlineBreached", "clock"): ["clocks"],
    ("LegacyRecordRetold", "authority"): ["authorities"],
    ("LegacyRecordRetold", "status"): ["caseStatuses"],
}
"""The values that are codes, with the lists that hold their labels."""


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "ApplicationSubmitted",
            {
                "en": "Application FL-2026-0001234-56 was filed. Filed by: employer. Competent authority: Flemish "
                "Region. Permit of limited duration, category “Nurse”. 2 documents were enclosed.",
                "nl": "Aanvraag FL-2026-0001234-56 is ingediend. Ingediend door: werkgever. Bevoegde overheid: Vlaams "
                "Gewest. Vergunning van bepaalde duur, categorie “Verpleegkundige”. Er zijn 2 documenten bijgevoegd.",
                "fr": "La demande FL-2026-0001234-56 a été introduite. Introduite par_: employeur. Autorité compétente"
                "_: Région flamande. Permis à durée limitée, catégorie «_Infirmier_». 2 documents ont été joints.",
                "de": "Der Antrag FL-2026-0001234-56 wurde eingereicht. Eingereicht durch: Arbeitgeber. Zuständige "
                "Behörde: Flämische Region. Befristete Erlaubnis, Kategorie „Krankenpfleger“. 2 Dokumente wurden "
                "beigefügt.",
            },
        ),
        (
            "InformationRequested",
            {
                "en": "Additional information was requested from the applicant by case handler h-1: diploma, passport "
                "and details of the pay. Last day to answer: 17 February 2026. Legal basis: “article 7”.",
                "nl": "Aan de aanvrager is bijkomende informatie gevraagd door dossierbehandelaar h-1: diploma, "
                "paspoort en gegevens over het loon. Laatste dag om te antwoorden: 17 februari 2026. Rechtsgrond: "
                "“article 7”.",
                "fr": "Des informations complémentaires ont été demandées au demandeur (gestionnaire de dossiers h-1)"
                "_: diplôme, passeport et renseignements sur la rémunération. Dernier jour pour répondre_: 17 février "
                "2026. Base légale_: «_article 7_».",
                "de": "Vom Antragsteller wurden durch Sachbearbeiter h-1 zusätzliche Informationen verlangt: Diplom, "
                "Reisepass und Angaben zum Lohn. Letzter Tag für die Antwort: 17. Februar 2026. Rechtsgrundlage: "
                "„article 7“.",
            },
        ),
        (
            "FeePaid",
            {
                "en": "A fee of €138.00 was paid on 2 February 2026 to: federal authority (Immigration Office). "
                "Recorded by case handler h-1.",
                "nl": "Een retributie van €_138,00 is betaald op 2 februari 2026 aan: federale overheid (Dienst "
                "Vreemdelingenzaken). Vastgelegd door dossierbehandelaar h-1.",
                "fr": "Une redevance de 138,00_€ a été payée le 2 février 2026. Bénéficiaire_: autorité fédérale "
                "(Office des étrangers). Enregistré par_: gestionnaire de dossiers h-1.",
                "de": "Eine Gebühr von 138,00_€ wurde am 2. Februar 2026 gezahlt. Empfänger: Föderalbehörde "
                "(Ausländeramt). Erfasst durch Sachbearbeiter h-1.",
            },
        ),
        (
            "WorkPartDecided",
            {
                "en": "The work part of the permit was decided by case handler h-1: refused. The conditions were "
                "judged by the law of 2 February 2026; result: not met. Ground: “The pay does not reach the salary "
                "threshold”.",
                "nl": "Over de toelating tot arbeid is beslist door dossierbehandelaar h-1: geweigerd. De voorwaarden "
                "zijn beoordeeld naar het recht op 2 februari 2026; resultaat: niet voldaan. Grond: “Het loon bereikt "
                "de loongrens niet”.",
                "fr": "Décision sur le volet travail (gestionnaire de dossiers h-1)_: refusé. Les conditions ont été "
                "appréciées selon le droit au 2 février 2026_; condition_: non remplie. Motif_: «_La rémunération "
                "n'atteint pas le seuil salarial_».",
                "de": "Über die Arbeitserlaubnis wurde durch Sachbearbeiter h-1 entschieden: verweigert. Die "
                "Bedingungen wurden nach dem Recht vom 2. Februar 2026 beurteilt; Ergebnis: nicht erfüllt. Grund: "
                "„Der Lohn erreicht die Lohnschwelle nicht“.",
            },
        ),
        (
            "ClockResumed",
            {
                "en": "The service target runs again from 3 February 2026 on (end of pause 1). Recorded by the system "
                "clock.",
                "nl": "De streeftermijn van de dienst loopt opnieuw vanaf 3 februari 2026 (einde van pauze 1). "
                "Vastgelegd door de klok van het systeem.",
                "fr": "Le délai cible du service court à nouveau à partir du 3 février 2026 (fin de la pause 1). "
                "Enregistré par_: horloge du système.",
                "de": "Die Zielfrist des Dienstes läuft ab dem 3. Februar 2026 weiter (Ende der Pause 1). Erfasst "
                "durch die Uhr des Systems.",
            },
        ),
        (
            "DeadlineBreached",
            {
                "en": "Applicant's term to answer: the last day, 17 February 2026, has passed. This concerns request "
                "for information number 2.",
                "nl": "Antwoordtermijn van de aanvrager: de laatste dag, 17 februari 2026, is voorbij. Het gaat om "
                "verzoek om informatie nummer 2.",
                "fr": "Délai de réponse du demandeur_: le dernier jour, le 17 février 2026, est passé. Il s'agit de "
                "la demande d'informations numéro 2.",
                "de": "Antwortfrist des Antragstellers: Der letzte Tag, der 17. Februar 2026, ist verstrichen. Es "
                "geht um die Informationsanforderung Nummer 2.",
            },
        ),
    ],
)  # fmt: skip
def test_an_ordinary_event(name: str, sentences: Mapping[str, str]) -> None:
    assert {code: told(name, EVENTS[name], code) for code in sentences} == typeset(sentences)


@pytest.mark.parametrize(
    ("name", "changed", "sentence"),
    [
        ("CaseAssigned", {"handler": HANDLER}, "The file was taken on by case handler h-1."),
        (
            "MandateVerified",
            {"valid": False},
            "The mandate of the representative with enterprise number 0202.239.951 was verified by case handler h-1: "
            "it does not cover this employer.",
        ),
        (
            "EmployerIdentified",
            {"active": False},
            "The employer is registered under enterprise number 0202.239.951; the undertaking is not active.",
        ),
        (
            "InformationProvided",
            {"documents": 0},
            "The request for information was answered by employer e-1, without documents.",
        ),
        ("LabourMarketEvidenceAdded", {"channels": []}, "Further evidence of the recruitment was added."),
        (
            "CrossroadsCheckFailed",
            {"attempts": 0, "reason": "ssinUnknown"},
            "The query on “Declared wages (DmfA)” could not be sent to the Crossroads Bank: “The identification "
            "number (SSIN) is unknown”. A case handler judges this point.",
        ),
        (
            "ClockCorrected",
            {"pausedTo": "2026-02-04"},
            "Pause 2 of the service target was corrected by case handler h-1: the target was paused on 3 February "
            "2026; 1 day does not count.",
        ),
        (
            "ClockCorrected",
            {"pausedTo": "2026-02-03"},
            "Pause 2 of the service target was corrected by case handler h-1: there was no such pause.",
        ),
        (
            "ClockCorrected",
            {"pausedTo": None},
            "Pause 2 of the service target was corrected by case handler h-1: it began on 3 February 2026 and goes on.",
        ),
        (
            "ClockPaused",
            {"legalReference": None},
            "The service target is paused from 3 February 2026 on (pause 1). Ground: court order. Recorded by case "
            "handler h-1.",
        ),
        (
            "ApplicationDeclaredAdmissible",
            {"openPoints": []},
            "The application was declared admissible by case handler h-1.",
        ),
        (
            "ApplicationDecided",
            {"outcome": "granted", "refusedPart": None},
            "Final decision on the application: granted.",
        ),
        (
            "ApplicationDecided",
            {"refusedPart": "work"},
            "Final decision on the application: refused. Part refused: work.",
        ),
        (
            "WorkPartDecided",
            {"outcome": "granted", "grounds": [], "verdict": "met"},
            "The work part of the permit was decided by case handler h-1: granted. The conditions were judged by the "
            "law of 2 February 2026; result: met.",
        ),
        ("ApplicationWithdrawn", {"by": "counter-7"}, "The application was withdrawn by “counter-7”."),
        ("ApplicationWithdrawn", {"by": "postman:p-1"}, "The application was withdrawn by “postman:p-1”."),
        ("DocumentAttached", {"kind": "scroll"}, "A document was added to the file by employer e-1: “scroll”."),
    ],
)  # fmt: skip
def test_what_is_told_otherwise(name: str, changed: Mapping[str, Any], sentence: str) -> None:
    """A value that is None here is absent from the entry."""
    values = {word: value for word, value in {**EVENTS[name], **changed}.items() if value is not None}
    assert told(name, values, "en") == sentence
    for code in CODES:
        require_readable(told(name, values, code))


def test_a_pause_counts_from_the_day_it_is_in_belgium() -> None:
    # half an hour before midnight in Greenwich is the next day in Belgium
    sentence = told("ClockPaused", EVENTS["ClockPaused"], "en", at="2026-02-02T23:30:00Z")
    assert sentence.startswith("The service target is paused from 3 February 2026 on")


def test_every_event_of_a_timeline_is_told() -> None:
    assert set(EVENTS) == set(VALUES)
    assert set(TELLERS) == {name[0].lower() + name[1:] for name in VALUES}
    for name, values in EVENTS.items():
        assert set(values) == set(VALUES[name]), name
        for code in CODES:
            require_readable(told(name, values, code))


@pytest.mark.parametrize(("name", "word"), BY_THE_LISTS)
def test_every_code_is_told_by_its_label(name: str, word: str) -> None:
    for list_name in BY_THE_LISTS[name, word]:
        codes = LISTS.code_list(list_name)
        assert codes is not None
        for value in codes.codes:
            values = {**EVENTS[name], word: [value] if isinstance(EVENTS[name][word], list) else value}
            for code in CODES:
                sentence = told(name, values, code)
                label = LISTS.label(list_name, value, code)
                # A label with quotation marks of its own gets inner ones where it is quoted.
                quoted = Wording(language(code), LISTS).quoted(label)
                assert any(each.casefold() in sentence.casefold() for each in (label, quoted))
                require_readable(sentence)


@pytest.mark.parametrize("code", CODES)
def test_every_role_is_told_with_its_pseudonym(code: str) -> None:
    roles = LISTS.code_list("roles")
    assert roles is not None
    for role in roles.codes:
        sentence = told("ApplicationWithdrawn", {"by": f"{role}:x-9"}, code)
        assert f"{LISTS.label('roles', role, code)} x-9".casefold() in sentence.casefold()
    assert "x-9" not in told("ApplicationWithdrawn", {"by": EMPLOYER}, code)


def test_an_event_that_no_timeline_has_is_refused() -> None:
    with pytest.raises(LookupError, match="no sentence for the event 'permitFramed'"):
        told("PermitFramed", {}, "en")

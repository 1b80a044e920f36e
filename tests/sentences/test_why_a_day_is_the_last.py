"""The steps by which a clock comes to its last day, as employers and judges read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.words.sentences.derivations import clock_title, derivation_sentence
from api.words.sentences.durations import duration_text, stretch_text
from domain.codes import CATEGORIES, PAUSE_GROUNDS
from domain.deadlines.clocks import CLOCKS, CaseTimes, ClockRules, clocks_of
from domain.deadlines.derivation import STEP_CODES
from domain.deadlines.pauses import Pause
from tests.sentences.tellings import LANGUAGES, LISTS, STEPS, derived, language, require_readable, typeset

CODES = tuple(LANGUAGES.by_code)
RULES = ClockRules.load()
FILED = date(2026, 2, 2)

BY_THE_LISTS: Mapping[tuple[str, str], str] = {
    ("startsOn", "starts"): "clockStarts",
    ("term", "confidence"): "lawConfidences",
    ("onExpiry", "outcome"): "expiryOutcomes",
    ("movesWhilePaused", "ground"): "pauseGrounds",
    ("paused", "ground"): "pauseGrounds",
}


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "paused",
            {
                "en": "The file was with the applicant from 3 February 2026 up to and including 11 February 2026: "
                "9 days do not count.",
                "nl": "Het dossier lag van 3 februari 2026 tot en met 11 februari 2026 bij de aanvrager: 9 dagen "
                "tellen niet mee.",
                "fr": "Le dossier se trouvait chez le demandeur du 3 février 2026 au 11 février 2026 inclus_: 9 jours "
                "ne comptent pas.",
                "de": "Die Akte lag vom 3. Februar 2026 bis einschließlich 11. Februar 2026 beim Antragsteller: "
                "9 Tage zählen nicht.",
            },
        ),
        (
            "term",
            {
                "en": "The term is 60 days, to 3 April 2026 (provision TARGET). Legal basis: “article 7”. Certainty "
                "of this provision: confirmed by several sources.",
                "nl": "De termijn bedraagt 60 dagen, tot 3 april 2026 (bepaling TARGET). Rechtsgrond: “article 7”. "
                "Zekerheid van deze bepaling: bevestigd door verschillende bronnen.",
                "fr": "Le délai est de 60 jours, jusqu'au 3 avril 2026 (disposition TARGET). Base légale_: «_article "
                "7_». Disposition_: confirmée par plusieurs sources.",
                "de": "Die Frist beträgt 60 Tage, bis zum 3. April 2026 (Bestimmung TARGET). Rechtsgrundlage: "
                "„article 7“. Gewissheit dieser Bestimmung: durch mehrere Quellen bestätigt.",
            },
        ),
        (
            "alternative",
            {
                "en": "The sources also give 4 months, to 2 June 2026; the earlier of the two days counts.",
                "nl": "De bronnen vermelden ook 4 maanden, tot 2 juni 2026; de vroegste van beide dagen geldt.",
                "fr": "Les sources mentionnent aussi 4 mois, jusqu'au 2 juin 2026_; le premier de ces deux jours est "
                "retenu.",
                "de": "Die Quellen nennen auch 4 Monate, bis zum 2. Juni 2026; der frühere der beiden Tage gilt.",
            },
        ),
        (
            "onExpiry",
            {
                "en": "If that day passes without the required act: the permit is deemed granted.",
                "nl": "Als die dag verstrijkt zonder de handeling waarop wordt gewacht: de vergunning wordt geacht te "
                "zijn toegekend.",
                "fr": "Si ce jour s'écoule sans l'acte attendu_: le permis est réputé accordé.",
                "de": "Wenn dieser Tag ohne die erwartete Handlung verstreicht: Die Erlaubnis gilt als erteilt.",
            },
        ),
    ],
)
def test_an_ordinary_step(name: str, sentences: Mapping[str, str]) -> None:
    assert {code: derived(name, STEPS[name], code) for code in sentences} == typeset(sentences)


@pytest.mark.parametrize(
    ("name", "changed", "sentence"),
    [
        (
            "paused",
            {"ground": "forceMajeure", "to": date(2026, 2, 4), "days": 1},
            "The term was paused on 3 February 2026 (force majeure): 1 day does not count.",
        ),
        (
            "movesWhilePaused",
            {"ground": "informationRequested", "days": 12},
            "The file has been with the applicant since 20 February 2026: 12 days do not count so far, and the last "
            "day moves on with each further day.",
        ),
        ("pausedDays", {"days": 1}, "In all, 1 day does not count."),
    ],
)
def test_what_is_told_otherwise(name: str, changed: Mapping[str, Any], sentence: str) -> None:
    assert derived(name, {**STEPS[name], **changed}, "en") == sentence
    for code in CODES:
        require_readable(derived(name, {**STEPS[name], **changed}, code))


def test_every_step_is_told() -> None:
    assert set(STEPS) == set(STEP_CODES)
    for name, values in STEPS.items():
        assert set(values) == set(STEP_CODES[name]), name
        for code in CODES:
            require_readable(derived(name, values, code))


@pytest.mark.parametrize(("name", "word"), BY_THE_LISTS)
def test_every_code_is_told_by_its_label(name: str, word: str) -> None:
    codes = LISTS.code_list(BY_THE_LISTS[name, word])
    assert codes is not None
    for value in codes.codes:
        if value == "informationRequested":
            continue  # time of the applicant, which has words of its own
        for code in CODES:
            sentence = derived(name, {**STEPS[name], word: value}, code)
            assert LISTS.label(codes.name, value, code).casefold() in sentence.casefold()


def test_titles_of_clocks() -> None:
    english = [clock_title(each, language("en"), LISTS) for each in CLOCKS]
    assert english[:2] == ["Service target", "Statutory decision term"]
    assert all("“" not in clock_title(each, language(code), LISTS) for each in CLOCKS for code in CODES)
    assert clock_title("sundial", language("de"), LISTS) == "„sundial“"


@pytest.mark.parametrize(
    ("duration", "texts"),
    [
        ("P60D", ["60 dagen", "60 jours", "60 Tage", "60 days"]),
        ("P4M", ["4 maanden", "4 mois", "4 Monate", "4 months"]),
        ("P1D", ["1 dag", "1 jour", "1 Tag", "1 day"]),
        ("P9W", ["63 dagen", "63 jours", "63 Tage", "63 days"]),
    ],
)
def test_durations(duration: str, texts: list[str]) -> None:
    assert [duration_text(duration, language(code)) for code in CODES] == texts


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration_text("two weeks", language("en"))
    with pytest.raises(ValueError, match="no day to tell of"):
        stretch_text(FILED, FILED, language("en"))
    with pytest.raises(LookupError, match="no sentence for the step 'leapt'"):
        derived("leapt", {}, "en")


@st.composite
def courses(draw: st.DrawFn) -> CaseTimes:
    def later() -> date | None:
        return draw(st.none() | st.integers(0, 200).map(lambda days: FILED + timedelta(days=days)))

    pauses = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        begun = FILED + timedelta(days=draw(st.integers(0, 150)))
        length = draw(st.none() | st.integers(0, 40))
        ended = None if length is None else begun + timedelta(days=length)
        pauses.append(Pause(number=number, from_=begun, to=ended, ground=draw(st.sampled_from(PAUSE_GROUNDS))))
    return CaseTimes(
        authority="flanders",
        category=draw(st.sampled_from(CATEGORIES)),
        filed_on=FILED,
        pauses=tuple(pauses),
        admissible_on=later(),
        information_requested_on=later(),
        work_part_decided_on=later(),
        forwarded_on=later(),
        closed_on=later(),
    )


@given(courses(), st.integers(0, 250))
def test_whatever_a_clock_went_through_can_be_told(times: CaseTimes, passed: int) -> None:
    for clock in clocks_of(times, RULES, FILED + timedelta(days=passed)):
        for step in clock.derivation:
            for each in LANGUAGES:
                require_readable(derivation_sentence(step, each, LISTS))

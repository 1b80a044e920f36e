"""The whole law of one category on a day: the amount and its derivation, every rule, every dispute, every gap."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.codes import AUTHORITIES, CATEGORIES
from domain.law import reasons
from domain.law.applicable_law import NothingInForce
from domain.law.provisions import job
from domain.law.provisions.pay import PartTime, SalaryThreshold
from domain.law.provisions.procedure import RequiredDocument
from domain.law.published.category_law import CategoryLaw, Gap, law_of_category
from domain.law.rulebook import Rulebook

LAW = Rulebook.load()
DAY = date(2026, 1, 20)


def of(authority: str, category: str, on: date = DAY, known_on: date | None = None) -> CategoryLaw:
    return law_of_category(LAW, authority, category, on, known_on)


def ids(law: CategoryLaw) -> set[str]:
    return {each.id for each in law.provisions}


def test_an_executive_amount_is_160_per_cent_of_the_base() -> None:
    law = of("flanders", "executive", date(2025, 6, 1))
    # 48,912 times 160 per cent is 78,259.20; published are 78,259.
    assert law.derivation is not None
    assert (law.derivation.base.amount, law.derivation.percentage) == (Decimal("48912.00"), Decimal(160))
    assert law.derivation.exact == Decimal("78259.20")
    assert law.in_force is not None
    assert law.in_force.amount == Decimal("78259.00")


def test_an_amount_with_an_index_of_its_own_has_no_derivation() -> None:
    law = of("flanders", "athlete", date(2025, 6, 1))
    assert law.in_force is not None
    assert law.derivation is None


def test_the_rules_are_those_of_the_category_and_federal_ones_beside_them() -> None:
    law = of("flanders", "highlySkilled")
    assert {"FL-HS-2025", "FL-CAT-HS", "FL-LEVEL-HS-2026", "FL-PAY-BELGIAN", "FED-MINIMUM-AGE"} <= ids(law)
    assert not {each.id for each in law.rules if isinstance(each, job.LabourMarketTestTerms | job.ShortageOccupation)}


def test_what_names_the_category_goes_before_what_speaks_of_all() -> None:
    (artist,) = [each for each in of("flanders", "artist").rules if isinstance(each, job.MinimumAge)]
    (skilled,) = [each for each in of("flanders", "highlySkilled").rules if isinstance(each, job.MinimumAge)]
    assert artist.id != skilled.id
    (professor,) = [each for each in of("flanders", "guestProfessor").rules if isinstance(each, PartTime)]
    assert professor.pro_rata


def test_the_shortage_list_comes_with_its_functions() -> None:
    law = of("flanders", "mediumSkilledShortage")
    functions = [each for each in law.rules if isinstance(each, job.ShortageOccupation)]
    assert "roofer" in {code for each in functions for code in each.scope}
    assert "truck-driver" not in {code for each in functions for code in each.scope}


def test_a_question_that_the_sources_leave_open_is_disputed_with_its_other_reading() -> None:
    law = of("flanders", "mediumSkilledOther")
    others = {each.id for disputed in law.disputed for each in law.other_readings(disputed)}
    assert {"FL-CAT-MEDIUM-OTHER-2026", "FL-REFERENCE-DATE-START"} <= others
    assert "FL-REFERENCE-DATE" in {each.id for each in law.disputed}
    # An entry of another reading is never told as law in force.
    assert not others & ids(law)


def test_what_is_not_known_is_named() -> None:
    assert Gap(kind=SalaryThreshold.kind, reason=reasons.AMOUNT_UNDATED) in of("german-community", "highlySkilled").gaps
    assert Gap(kind=job.CategoryRule.kind, reason=reasons.NOT_FOUND) in of("german-community", "clergy").gaps
    shortage = Gap(kind=job.ShortageList.kind, reason=reasons.SHORTAGE_LIST_INCOMPLETE)
    assert shortage in of("flanders", "mediumSkilledShortage", date(2026, 2, 1)).gaps
    assert "FL-PAY-BELGIAN" in {each.id for each in of("flanders", "highlySkilled").unplaced}


def test_a_category_judged_by_its_contract_lacks_no_amount() -> None:
    by_contract = [
        law
        for category in CATEGORIES
        for law in (of("flanders", category),)
        if law.amount.threshold == NothingInForce(reason=reasons.DECIDED_BY_CONTRACT)
    ]
    assert by_contract
    assert not [law for law in by_contract if any(each.kind == SalaryThreshold.kind for each in law.gaps)]


def test_only_what_was_known_by_a_day() -> None:
    assert "FL-HS-2025" in ids(of("flanders", "highlySkilled", date(2025, 2, 1)))
    assert "FL-HS-2025" not in ids(of("flanders", "highlySkilled", date(2025, 2, 1), date(2024, 12, 31)))


@given(
    authority=st.sampled_from(AUTHORITIES),
    category=st.sampled_from(CATEGORIES),
    on=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    known_on=st.none() | st.dates(date(2015, 1, 1), date(2030, 12, 31)),
)
def test_everything_told_is_in_force_and_known_and_told_once(
    authority: str, category: str, on: date, known_on: date | None
) -> None:
    law = of(authority, category, on, known_on)
    told = [each.id for each in law.provisions]
    assert len(told) == len(set(told))
    for each in law.rules:
        assert each.in_force_on(on)
        assert each.known_by(known_on)
        assert each.authority in (authority, "federal")
    # One document is asked for once by each authority.
    documents = [(each.authority, each.document) for each in law.rules if isinstance(each, RequiredDocument)]
    assert len(documents) == len(set(documents))
    # The tests of the category are the ones that an assessment uses.
    applied = LAW.law_on(authority, category, on, known_on)
    for rule in (applied.category_rule, applied.labour_market_test, applied.qualification_level, applied.part_time):
        assert rule is None or rule.id in told

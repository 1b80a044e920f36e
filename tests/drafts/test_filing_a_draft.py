"""From questions to an application: shared by colleagues, checked like any other filing, filed once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest

from infra.identity.caller import Role
from tests.drafts.applicants import ANSWERS, Applicant, Meet, case_of, heading_of, version_of
from tests.pages.case_service import OTHER_EMPLOYER, CaseService

pytestmark = pytest.mark.server


def named(name: str) -> dict[str, dict[str, str]]:
    """Answers about a worker of one's own: the same application twice on a day is one."""
    return {"worker": {"worker.familyName": name}}


def test_what_was_answered_is_what_is_filed(service: CaseService, applicant: Applicant) -> None:
    # given a draft with all its answers
    applicant.begin()
    applicant.answer_all(named("Eerste"))
    # when it is filed
    body = service.file(UUID(case_of(applicant.file()))).body
    # then the case says what was answered, in the words of the interface
    assert body["employer"] == {"enterpriseNumber": "0202239951", "name": "Haven NV"}
    assert body["worker"]["familyName"] == "Eerste"
    assert body["worker"]["birthDate"] == "1985-07-30"
    assert body["employment"]["grossPay"] == {"amount": "45678.90", "period": "year"}
    assert body["employment"]["fullTimeEquivalent"] in ("1", "1.0", "1.00")
    assert (body["kind"], body["filedBy"]) == ("fixedTerm", "employer")
    # and there is no draft any more
    assert applicant.client.get(applicant.draft).status_code == 404


def test_a_draft_that_lacks_something_is_not_filed_and_says_what(applicant: Applicant) -> None:
    applicant.begin()
    applicant.save("employer", ANSWERS["employer"])
    refused = applicant.file()
    assert (refused.status_code, heading_of(refused)) == (400, "Check your answers")
    assert "Family name: not answered yet" in refused.text
    assert "Gross pay in euros: not answered yet" in refused.text
    assert applicant.client.get(applicant.draft).status_code == 200


@pytest.mark.parametrize(
    ("group", "answer", "sentence"),
    [
        ("worker", {"worker.birthDate": "31/02/1985"}, "enter a day that exists, such as 01/03/2026"),
        ("worker", {"worker.ssin": "85073003329"}, "National number"),
        ("job", {"employment.start": "01/03/2026", "employment.end": "01/02/2026"}, "Last day of work"),
        ("pay", {"employment.grossPay.amount": "veel"}, "enter an amount in euros, such as 4.250,00"),
        ("pay", {"employment.fullTimeEquivalent": "120"}, "enter a share above 0 and at most 100 per cent"),
        ("worker", {"worker.familyName": "a\u202eb"}, "Family name"),
    ],
)
def test_a_wrong_answer_is_named_at_its_question_and_kept(
    applicant: Applicant, group: str, answer: dict[str, str], sentence: str
) -> None:
    applicant.begin()
    refused = applicant.save(group, answer)
    assert refused.status_code == 400
    assert sentence in refused.text
    assert all(f'value="{value}"' in refused.text for value in answer.values())
    assert 'aria-invalid="true"' in refused.text


def test_colleagues_share_a_draft_and_nobody_undoes_what_another_saved(meet: Meet) -> None:
    # given two colleagues with the same page open
    ann, bob = meet(subject="ann"), meet(subject="bob")
    ann.begin()
    bob.draft = ann.draft
    opened = bob.open("worker")
    # when both save it
    assert ann.save("worker", {"worker.familyName": "Van Ann"}, opened=opened).status_code == 303
    refused = bob.save("worker", {"worker.familyName": "Van Bob"}, opened=opened)
    # then the second is told, sees what is saved now, and keeps what was typed
    assert refused.status_code == 409
    assert "A colleague saved this page since you opened it" in refused.text
    assert "Van Ann" in refused.text
    assert 'value="Van Bob"' in refused.text
    # and may replace it, having seen it
    assert bob.save("worker", {"worker.familyName": "Van Bob"}, opened=refused.text).status_code == 303
    # another group at the same moment is nobody's concern
    assert bob.save("employer", {"employer.name": "Haven NV"}, opened=opened).status_code == 303


def test_many_who_save_different_groups_at_once_lose_nothing(meet: Meet) -> None:
    applicants = [meet(subject=f"hr-{number}") for number in range(4)]
    applicants[0].begin()
    for each in applicants:
        each.draft = applicants[0].draft
    groups = list(ANSWERS)
    opened = {group: applicants[0].open(group) for group in groups}
    with ThreadPoolExecutor(4) as pool:
        saved = list(
            pool.map(
                lambda each: each[0].save(each[1], ANSWERS[each[1]], opened=opened[each[1]]).status_code,
                zip(applicants, groups, strict=True),
            )
        )
    assert saved == [303] * 4
    checked = applicants[0].client.get(f"{applicants[0].draft}/check")
    assert "not answered yet" not in checked.text


def test_a_draft_that_colleagues_file_at_once_is_one_case(meet: Meet) -> None:
    applicants = [meet(subject=f"hr-{number}") for number in range(6)]
    applicants[0].begin()
    applicants[0].answer_all(named("Allemaal"))
    for each in applicants:
        each.draft = applicants[0].draft
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: each.file(), applicants))
    # Whoever comes after the draft was deleted finds none; everybody else is led to the same case.
    assert {each.status_code for each in answers} <= {303, 404}
    assert len({case_of(each) for each in answers if each.status_code == 303}) == 1


def test_a_crash_between_filing_and_deleting_files_nothing_twice(service: CaseService, applicant: Applicant) -> None:
    # given a draft that was filed, and is there again as if its deletion had not come to pass
    applicant.begin()
    applicant.answer_all(named("Gevallen"))
    owner = service.program.drafts.owner("employer", "0202239951")
    kept = service.program.drafts.read(owner, UUID(applicant.draft.rpartition("/")[2]))
    assert kept is not None
    first = case_of(applicant.file())
    service.program.drafts.add(owner, kept)
    # when somebody files it again
    assert case_of(applicant.file()) == first
    # and where it was changed in between, that is said
    service.program.drafts.add(owner, kept)
    service.program.drafts.save(owner, replace(kept, version=kept.version + 1, body={**kept.body, "renewal": False,
        "changeOfEmployer": True}), over=kept.version)  # fmt: skip
    refused = applicant.file()
    assert refused.status_code == 409
    assert "This draft was filed before" in refused.text


def test_the_same_application_twice_on_a_day_is_pointed_out(applicant: Applicant) -> None:
    for _ in range(2):
        applicant.begin()
        applicant.answer_all(named("Tweemaal"))
        filed = applicant.file()
    assert filed.status_code == 409
    assert "The same application was filed today" in filed.text
    assert applicant.file(another="true").status_code == 303


def test_a_draft_of_a_category_that_no_longer_exists_says_so_at_its_place(
    service: CaseService, applicant: Applicant
) -> None:
    applicant.begin()
    applicant.answer_all(named("Vervallen"))
    owner = service.program.drafts.owner("employer", "0202239951")
    draft = service.program.drafts.read(owner, UUID(applicant.draft.rpartition("/")[2]))
    assert draft is not None
    withdrawn = replace(draft, version=draft.version + 1, body={**draft.body, "category": "lamplighter"})
    service.program.drafts.save(owner, withdrawn, over=draft.version)
    for path in (applicant.draft, f"{applicant.draft}/check", f"{applicant.draft}/questions/permit", "/drafts"):
        assert applicant.client.get(path).status_code == 200
    refused = applicant.file()
    assert refused.status_code == 400
    assert "Category: this answer cannot be used as it is" in refused.text


def test_a_copy_says_the_same_and_is_a_draft_of_its_own(applicant: Applicant) -> None:
    applicant.begin()
    applicant.answer_all(named("Kopie"))
    original, copy = applicant.draft, applicant.press("copies").headers["Location"]
    assert copy != original
    assert applicant.press("deletion").status_code == 303
    assert applicant.client.get(original).status_code == 404
    applicant.draft = copy
    assert 'value="Kopie"' in applicant.open("worker")


def test_the_next_application_takes_the_employer_from_the_last(service: CaseService, meet: Meet) -> None:
    applicant = meet(value="0409536968")
    applicant.begin()
    applicant.answer_all({**named("Vorige"), "employer": {"employer.name": "Gloednieuw BV"}})
    applicant.file()
    service.catch_up()
    assert "Gloednieuw BV" in applicant.client.get("/drafts/new").text
    begun = applicant.begin(asLast="true")
    assert begun.status_code == 303
    assert 'value="Gloednieuw BV"' in applicant.open("employer")
    assert "Vorige" not in applicant.open("worker")
    applicant.begin()
    assert "Gloednieuw BV" not in applicant.open("employer")


def test_a_renewal_takes_worker_and_job_from_the_permit(service: CaseService, applicant: Applicant) -> None:
    # given a permit that was filed for
    case_id = service.filed(worker__familyName="Hernieuwd")
    # when it is renewed
    page = applicant.client.get(f"/drafts/new?renewalOf={case_id}")
    assert page.status_code == 200
    applicant.begin(renewalOf=str(case_id), renewal="true")
    # then only what changes is asked again
    assert 'value="Hernieuwd"' in applicant.open("worker")
    assert 'value="verpleegkundige"' in applicant.open("job")
    assert 'value="45678,90"' in applicant.open("pay")
    assert 'name="employment.start" type="text" value=""' in applicant.open("job")
    saved = applicant.save("employer", ANSWERS["employer"])
    assert saved.headers["Location"].endswith("/questions/job")


def test_a_representative_files_for_an_employer_with_its_mandate(service: CaseService, meet: Meet) -> None:
    applicant = meet(Role.REPRESENTATIVE, value=OTHER_EMPLOYER)
    applicant.begin()
    employer = {"employer.enterpriseNumber": "BE 0202.239.951", "representative.mandateReference": "M-2026-17"}
    applicant.answer_all({**named("Vertegenwoordigd"), "employer": employer})
    body = service.file(UUID(case_of(applicant.file()))).body
    assert body["representative"] == {"enterpriseNumber": OTHER_EMPLOYER, "mandateReference": "M-2026-17"}
    assert body["employer"]["enterpriseNumber"] == "0202239951"


def test_a_worker_files_for_a_permit_of_unlimited_duration(service: CaseService, meet: Meet) -> None:
    applicant = meet(Role.WORKER)
    applicant.begin(category="unlimited")
    history = {
        "workHistory.0.employer": "Haven NV",
        "workHistory.0.from": "01/01/2020",
        "workHistory.0.to": "31/12/2025",
        "workHistory.0.basis": "singlePermit",
    }
    assert applicant.save("workHistory", history).status_code == 303
    applicant.answer_all(
        {
            "worker": {"worker.residence.municipalityCode": "44021"},
            "employer": {"employer.enterpriseNumber": "0202239951"},
        }
    )
    body = service.file(UUID(case_of(applicant.file()))).body
    assert (body["kind"], body["filedBy"]) == ("unlimited", "worker")
    assert body["workHistory"][0]["to"] == "2026-01-01"
    assert body["worker"]["ssin"] == "85073003328"


def test_a_transfer_asks_for_the_undertaking_it_comes_from(service: CaseService, applicant: Applicant) -> None:
    applicant.begin(category="ictSpecialist")
    transfer = {
        "transfer.sendingUndertaking": "Overseas Ltd", "transfer.country": "IN", "transfer.priorServiceMonths": "14",
    }  # fmt: skip
    assert applicant.save("transfer", transfer).status_code == 303
    applicant.answer_all({**named("Overplaatsing"), "job": {"employment.contract": "posted"}})
    body = service.file(UUID(case_of(applicant.file()))).body
    assert body["transfer"] == {"sendingUndertaking": "Overseas Ltd", "country": "IN", "priorServiceMonths": 14}


def test_the_search_counts_while_it_is_filled_in(applicant: Applicant) -> None:
    """Of a category with a labour-market test, in the words of the law beside the questions."""
    applicant.begin(category="mediumSkilledOther")
    page = applicant.open("recruitment")
    typed = {
        f"labourMarketTest.publications.{row}.{member}": value
        for row, channel in enumerate(("VDAB", "EURES"))
        for member, value in (("channel", channel), ("from", "18/11/2025"), ("to", "17/01/2026"))
    }
    preview = applicant.client.post(
        f"{applicant.draft}/questions/recruitment/beside", data={**typed, "version": version_of(page)}
    )
    assert preview.status_code == 200
    assert "<html" not in preview.text
    assert "61" in preview.text
    # nothing of it was saved
    assert "18/11/2025" not in applicant.open("recruitment")


def test_rows_that_were_saved_come_back_as_they_were_typed(applicant: Applicant) -> None:
    applicant.begin(category="mediumSkilledOther")
    row = "labourMarketTest.publications.2"
    saved = applicant.save(
        "recruitment", {f"{row}.channel": "VDAB", f"{row}.from": "18/11/2025", f"{row}.to": "17/01/2026"}
    )
    assert saved.status_code == 303
    page = applicant.open("recruitment")
    assert 'value="18/11/2025"' in page
    assert 'value="17/01/2026"' in page
    half = applicant.save("recruitment", {"labourMarketTest.publications.1.from": "18/11/2025"})
    assert half.status_code == 400
    assert "Publication 2: channel" in half.text


def test_a_text_that_was_typed_when_the_session_had_ended_is_kept(applicant: Applicant) -> None:
    applicant.begin()
    opened = applicant.open("worker")
    applicant.client.cookies.clear()
    sent = applicant.save("worker", {"worker.familyName": "Bewaard"}, opened=opened)
    assert sent.status_code == 307
    shown = applicant.client.post(sent.headers["Location"], data={"worker.familyName": "Bewaard"})
    assert "Bewaard" in shown.text


def test_those_who_may_not_file_have_no_drafts(meet: Meet) -> None:
    for role in (Role.CASE_HANDLER, Role.OPERATIONS, Role.REGULATOR):
        official = meet(role)
        assert official.client.get("/drafts").status_code == 403
        assert official.begin().status_code == 403


def test_an_authority_sees_how_many_drafts_there_are_and_none_of_them(service: CaseService, meet: Meet) -> None:
    applicant, handler = meet(), meet(Role.CASE_HANDLER)
    before = _drafts_counted(handler)
    applicant.begin()
    applicant.save("worker", {"worker.familyName": "Onzichtbaar"})
    queue = handler.client.get("/queue?sort=dueOn").text
    assert _drafts_counted(handler) == before + 1
    assert "Onzichtbaar" not in queue


def _drafts_counted(handler: Applicant) -> int:
    found = re.search(r"([0-9]+) drafts? (?:is|are) being filled in", handler.client.get("/queue?sort=dueOn").text)
    assert found is not None
    return int(found[1])


def test_without_the_register_the_employer_is_filled_in_by_hand_and_nothing_typed_is_lost(meet: Meet) -> None:
    applicant = meet(Role.REPRESENTATIVE, value=OTHER_EMPLOYER)
    applicant.begin()
    typed = {"employer.enterpriseNumber": "BE 0202.239.951", "employer.name": "Haven"}
    page = applicant.press("register", {**typed, "version": version_of(applicant.open("employer"))})
    assert page.status_code == 200
    assert "The register does not answer at the moment" in page.text
    assert 'value="Haven"' in page.text
    mistyped = applicant.press("register", {"employer.enterpriseNumber": "0202.239.950"})
    assert (mistyped.status_code, "check digits" in mistyped.text) == (400, True)


@pytest.mark.parametrize(("name", "heading"), [("filing", "Check your answers"), ("deletion", "Delete this draft")])
def test_what_was_sent_when_the_session_had_ended_is_shown_again_and_not_carried_out(
    applicant: Applicant, name: str, heading: str
) -> None:
    # given a draft with all its answers, and a form that was kept while its sender signed in again
    applicant.begin()
    applicant.answer_all(named("Opnieuw"))
    shown = applicant.press(name, {"kept": "{}"})
    # then the page is there once more, and so is the draft
    assert (shown.status_code, heading_of(shown)) == (200, heading)
    assert applicant.client.get(applicant.draft).status_code == 200

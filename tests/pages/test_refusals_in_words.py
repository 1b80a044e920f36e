"""A refusal as a page says it: once, in the reader's language, without the words of the interface."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from api.http import problems
from api.http.problems import OWN_PROBLEM_TYPES, TOKEN_PROBLEMS, Problem, ProblemType, own_problem
from api.pages.refusals import explanation_of, heading_of, particulars_of
from api.pages.session import SESSION_COOKIE
from api.words.code_lists import CodeLists
from api.words.languages import Languages
from domain.case.refusals import Reason
from domain.codes import LANGUAGES
from infra.identity.caller import Role
from tests.pages.case_service import CaseService, case_service

OF_THE_INTERFACE = re.compile(
    r"Idempotency|\bheaders?\b|application/|applicationId|\bhref that|\(read[A-Z]|resubmit", re.IGNORECASE
)

PROBLEM_TYPES = [
    *(each for each in vars(problems).values() if isinstance(each, ProblemType)),
    *OWN_PROBLEM_TYPES.values(),
    *TOKEN_PROBLEMS.values(),
]


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        yield opened


def answer(
    service: CaseService, path: str, code: str, *, role: Role = Role.EMPLOYER, method: str = "GET", **headers: str
) -> tuple[int, str]:
    """The status, and the text of the page between its main tags."""
    found = httpx.request(
        method,
        f"{service.address}{path}",
        cookies={SESSION_COOKIE: service.token(role), "lang": code},
        headers=headers,
        timeout=20,
    )
    main = re.search(r"<main.*?</main>", found.text, re.DOTALL)
    assert main is not None
    assert 'lang="en"' not in main[0]
    return found.status_code, main[0]


@pytest.mark.server
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("nl", "Het adres heeft een deel dat niet bruikbaar is: on."),
        ("fr", "contient une partie inutilisable\N{NO-BREAK SPACE}: on."),
        ("de", "Die Adresse hat einen Teil, der nicht verwendbar ist: on."),
        ("en", "The address has a part that cannot be used: on."),
    ],
)
def test_an_address_is_refused_by_its_wrong_part(service: CaseService, code: str, sentence: str) -> None:
    status, page = answer(service, "/board?on=2026-02-30", code, role=Role.REGULATOR)
    assert status == 400
    assert page.count(sentence) == 1
    assert not OF_THE_INTERFACE.search(page)


@pytest.mark.server
@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/queue", 403, "Uw rol laat dit niet toe, of het is voor een andere overheid."),
        ("/cases/nothing", 404, "Op dit adres staat niets, of u mag het niet zien."),
        ("/nothing", 404, "Op dit adres staat niets, of u mag het niet zien."),
    ],
)
def test_advice_is_given_once(service: CaseService, path: str, status: int, sentence: str) -> None:
    given, page = answer(service, path, "nl")
    assert given == status
    assert page.count(sentence) == 1
    assert not OF_THE_INTERFACE.search(page)
    assert len(re.findall("<p", page)) == 2, "the explanation, and the reference of the response"


@pytest.mark.server
def test_a_method_that_a_page_does_not_have_is_no_lesson_in_http(service: CaseService) -> None:
    status, page = answer(service, "/board", "en", role=Role.REGULATOR, method="DELETE")
    assert status == 405
    assert "Nothing was changed." in page
    assert not OF_THE_INTERFACE.search(page)


@pytest.mark.server
def test_a_form_of_another_site_says_what_to_do_and_does_not_blame_the_role(service: CaseService) -> None:
    status, page = answer(service, "/law", "de", method="POST", **{"Sec-Fetch-Site": "cross-site"})
    assert status == 403
    assert "Das Formular wurde nicht angenommen" in page
    assert "von einer anderen Website aus gesendet" in page
    assert "Rolle" not in page


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_problem_has_words_for_people(code: str) -> None:
    lists, language = CodeLists.load(), Languages.load().by_code[code]
    for each in PROBLEM_TYPES:
        problem = Problem(type=each, detail="the words of the interface")
        texts = heading_of(problem, lists, language), explanation_of(problem, lists, language)
        assert all(texts), each.code
        assert not any(OF_THE_INTERFACE.search(text) for text in texts), (each.code, texts)


def test_only_days_amounts_and_limits_follow_for_readers_of_english() -> None:
    english, *others = (Languages.load().by_code[code] for code in ("en", "nl", "fr", "de"))
    told = {code for code in OWN_PROBLEM_TYPES if particulars_of(own_problem(code, "from 2026-03-01"), english)}
    assert {Reason.DAY_NOT_POSSIBLE, Reason.PAUSE_NOT_POSSIBLE, "documentTypeUnknown"} <= told
    assert not any(particulars_of(own_problem(code, "from 2026-03-01"), each) for code in told for each in others)
    # these name codes: the page has the same in words beside the form
    assert not told & {Reason.MOTIVATION_REQUIRED, Reason.GROUND_NOT_SUPPORTED, Reason.STALE_VERSION}

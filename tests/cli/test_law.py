"""``permit law show``: an amount with its dates and source, or plainly that there is none."""

from tests.cli.conftest import CommandLine


def test_a_threshold_is_shown_with_its_dates_article_and_source(permit: CommandLine) -> None:
    shown = permit("law", "show", "flanders", "highlySkilled", "--on", "2026-03-01", "--json")

    assert shown.code == 0
    assert (shown.json["amount"], shown.json["unit"]) == ("48912.00", "EUR/year")
    assert shown.json["from"] <= "2026-03-01"
    assert "art. 17" in shown.json["legalReference"]
    assert shown.json["source"]
    assert shown.json["confidence"]


def test_people_read_the_same_line_by_line(permit: CommandLine) -> None:
    asked = ("law", "show", "flanders", "highlySkilled", "--on", "2026-03-01")
    as_json = permit(*asked, "--json").json
    lines = dict(line.split(maxsplit=1) for line in permit(*asked).output.splitlines())
    assert lines == {name: "-" if value is None else value for name, value in as_json.items()}


def test_what_was_not_known_yet_is_left_out(permit: CommandLine) -> None:
    # given the amount of 2026 for under-thirties and the day from which it is known
    asked = ("law", "show", "flanders", "highlySkilled", "--on", "2026-03-01", "--json")
    known_from = permit(*asked).json["knownFrom"]
    # when the same day is asked as known long before
    before = permit(*asked, "--known-on", "2001-01-01").json
    # then
    assert permit(*asked, "--known-on", known_from).json["amount"] == "48912.00"
    assert before["amount"] is None
    assert before["verdict"] == "undetermined"


def test_nothing_in_force_is_said_and_is_no_error(permit: CommandLine) -> None:
    shown = permit("law", "show", "flanders", "highlySkilled", "--on", "1999-03-01", "--json")
    assert shown.code == 0
    assert (shown.json["amount"], shown.json["verdict"]) == (None, "undetermined")
    assert shown.json["reason"] == "noAmountInForce"


def test_an_unknown_authority_or_category_or_day_is_wrong_use(permit: CommandLine) -> None:
    for arguments, named in (
        (("atlantis", "highlySkilled", "--on", "2026-03-01"), "there are flanders, brussels"),
        (("flanders", "highlyskilled", "--on", "2026-03-01"), "is no category"),
        (("flanders", "highlySkilled", "--on", "2026-02-30"), "2026-02-30"),
        (("flanders", "highlySkilled"), "--on"),
    ):
        refused = permit("law", "show", *arguments)
        assert (refused.code, refused.output) == (2, "")
        assert named in refused.errors

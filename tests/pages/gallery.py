"""Every macro and every chart on one page, with figures of no case: what pages are built of, looked at by itself."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from fastapi import FastAPI, Request, Response
from jinja2 import FileSystemLoader

from api.pages.charts.areas import stacked_area_figure
from api.pages.charts.figures import Caption, DayAxis, Figure, Series, ValueAxis, csv_of
from api.pages.charts.flows import flow_figure
from api.pages.charts.histograms import Bin, histogram_figure
from api.pages.charts.lines import line_figure
from api.pages.charts.scatters import Dot, Level, scatter_figure
from api.pages.charts.shares import ShareWords, Whole, share_figure
from api.pages.page_parts import Badge, FieldError, Freshness, Paging, Refreshing, Tile, Tone
from api.pages.rendering import Link, PageFrame, Pages
from api.pages.static_files import static_routes
from api.words.choices import Choice
from api.words.languages import Language

FIRST_DAY = date(2026, 1, 5)
WEEKS = tuple(FIRST_DAY + timedelta(weeks=n) for n in range(12))
DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range(28))
PAY = Decimal("52000.5")
READ_AT = datetime(2026, 3, 29, 7, 30, tzinfo=UTC)
NAVIGATION = ("Service levels", "Work queue", "Applications", "Audit")

DOCUMENTS = (
    ("Arbeidsovereenkomst", 3, Decimal("1234.5"), date(2026, 3, 1)),
    ("Diploma van de werknemer, met beëdigde vertaling", 12, Decimal("0.25"), None),
)


def gallery_app() -> FastAPI:
    app = FastAPI(openapi_url=None)
    pages = Pages.load(FileSystemLoader(Path(__file__).parent / "templates"))
    app.include_router(static_routes(pages.static))

    @app.get("/gallery")
    def gallery(request: Request) -> Response:
        language = pages.language(request)
        return pages.response(
            request,
            "gallery.html",
            content(language, Refreshing.of(request)),
            frame=frame(request),
            personal="personal" in request.query_params,
        )

    @app.get("/refreshing")
    def refreshing(request: Request) -> Response:
        parts = {"refreshing": Refreshing.of(request, seconds=1), "figure": aged(pages.language(request))}
        return pages.response(request, "refreshing_gallery.html", parts, frame=frame(request))

    @app.get("/message")
    def message(request: Request) -> Response:
        words = {
            "heading": "Not here",
            "sentences": ["There is <nothing> here."],
            "links": [Link(href="/", text="Back")],
        }
        return pages.response(request, "message.html", words, status=404)

    @app.get("/gallery/{name}.csv")
    def figure_csv(request: Request, name: str) -> Response:
        found = next(each for each in figures(pages.language(request)) if each.name == name)
        return Response(csv_of(found), media_type="text/csv; charset=utf-8")

    return app


def frame(request: Request) -> PageFrame:
    return PageFrame(
        authority=request.query_params.get("authority"),
        navigation=tuple(Link(href=f"/{n}", text=text, here=n == 0) for n, text in enumerate(NAVIGATION)),
        reader="handler-07",
        sign_out_href="/sign-out",
    )


def content(language: Language, refreshing: Refreshing) -> dict[str, object]:
    freshness = Freshness(position=184_220, read_at=READ_AT)
    behind = Freshness(position=184_100, read_at=READ_AT, behind=1200, parked=2)
    return {
        "refreshing": refreshing,
        "figures": figures(language),
        "documents": DOCUMENTS,
        "badges_given": [Badge(text=tone.value.title(), tone=tone) for tone in Tone],
        "tiles": [
            Tile(label="Open cases", value=language.integer(1234), freshness=freshness, href="/queue"),
            Tile(
                label="Late", value="17", freshness=freshness, note="3 more than yesterday",
                badge=Badge(text="Late", tone=Tone.LATE),
            ),
            Tile(label="On time", value=language.percent(0.934), freshness=behind),
            Tile(label="Median age", value="41", freshness=freshness, note="open work only"),
        ],
        "pairs": [("Reference", "FL-2026-0001234-31"), ("Filed on", FIRST_DAY), ("Pay", language.money(PAY))],
        "errors": [
            FieldError(field="start", text="Write the first day of work, such as 2026-03-01"),
            FieldError(field="kind", text="Choose one kind of permit"),
        ],
        "kinds": [Choice(value="fixedTerm", text="Fixed term"), Choice(value="unlimited", text="Unlimited")],
        "paging": Paging(previous_href="?page=1", next_href="?page=3", number=2, last=7),
    }  # fmt: skip


def figures(language: Language) -> Sequence[Figure]:
    days = DayAxis(label="Day", write=lambda day: language.date(day, "short"))
    cases = ValueAxis(label="Cases", write=language.number)
    worked = ValueAxis(label="Days from filing to decision", write=language.number)
    return (
        line_figure(
            _caption("percentiles", "How long decided cases took"), days=WEEKS,
            series=[
                Series(name="p50", values=tuple(38 + n % 4 for n in range(12))),
                Series(name="p80", values=tuple(None if n == 5 else 52 + (n * 7) % 9 for n in range(12))),
                Series(name="p90", values=tuple(55 + (n * 5) % 9 for n in range(12))),
                Series(name="p95", values=tuple(70 - n / 2 for n in range(12))),
            ],
            x=days, y=worked,
        ),
        stacked_area_figure(
            _caption("stages", "Work in progress by stage"), days=DAYS,
            series=[
                Series(name=name, values=tuple(base + (n * (k + 2)) % (9 + 3 * k) + n * k // 2 for n in range(28)))
                for k, (name, base) in enumerate(
                    [("Submitted", 30), ("Information", 18), ("Checks", 9), ("Assessment", 44), ("Residence part", 25),
                     ("To notify", 3), ("Appeal", 2), ("Other", 1)]
                )
            ],
            x=days, y=cases,
        ),
        flow_figure(
            _caption("flow", "What came in and what went out"), days=WEEKS,
            inflow=Series(name="Filed", values=tuple(40 + (n * 13) % 17 for n in range(12))),
            outflow=Series(name="Closed", values=tuple(35 + (n * 11) % 23 for n in range(12))),
            net="Filed less closed", x=days, y=cases,
        ),
        aged(language),
        share_figure(
            _caption("holders", "In whose hands the time passed"),
            parts=["Region", "Applicant", "Crossroads Bank", "Immigration Office"],
            wholes=[
                Whole(name="Highly skilled", parts=(410, 220, 12, 300)),
                Whole(name="Researcher", parts=(90, 20, 3, 41)),
                Whole(name="Seasonal", parts=(0, 0, 0, 0)),
                Whole(name="Au pair", parts=(10, 55, 0, 0)),
            ],
            words=ShareWords(whole="Category", part="Holder", value="Days", share="Share", write=language.percent),
        ),
        scatter_figure(
            _caption("cycle-times", "Each decided case"),
            dots=[Dot(day=DAYS[n % 28], value=20 + (n * 37) % 53 + (n % 11 == 0) * 30) for n in range(40)],
            levels=[Level(name="p50", value=45), Level(name="p80", value=62), Level(name="p85", value=66)],
            x=days, y=worked,
        ),
        histogram_figure(_caption("nothing", "A picture of nothing"), bins=[], x_label="Age", y=cases),
    )  # fmt: skip


def aged(language: Language) -> Figure:
    counts = (120, 98, 77, 81, 40, 22, 9, 3)
    bins = [Bin(label=f"{n * 10}-{n * 10 + 9}", count=count) for n, count in enumerate(counts)]
    cases = ValueAxis(label="Cases", write=language.number)
    return histogram_figure(_caption("ages", "Age of open work"), bins=bins, x_label="Days since filing", y=cases)


def _caption(name: str, title: str) -> Caption:
    return Caption(
        name=name, title=title, description=f"{title}, as this picture shows it.", empty="There are no cases."
    )

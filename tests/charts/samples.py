"""One picture of each kind, of the smallest figures that show what it does."""

from datetime import date, timedelta

from api.pages.charts.areas import stacked_area_figure
from api.pages.charts.figures import Caption, DayAxis, Figure, Series, ValueAxis
from api.pages.charts.flows import flow_figure
from api.pages.charts.histograms import Bin, histogram_figure
from api.pages.charts.lines import line_figure
from api.pages.charts.scatters import Dot, Level, scatter_figure
from api.pages.charts.shares import ShareWords, Whole, share_figure

DAYS = tuple(date(2026, 1, 5) + timedelta(days=n) for n in range(3))
DAY_AXIS = DayAxis(label="Day", write=date.isoformat)
CASES = ValueAxis(label="Cases", write=lambda value: f"{value:g}")
SHARES = ShareWords(whole="Category", part="Holder", value="Days", share="Share", write=lambda share: f"{share:.0%}")


def caption(name: str = "sample") -> Caption:
    return Caption(name=name, title=f"Of <{name}>", description='Says "what" & why', empty="There are no cases.")


def lines(*series: Series, days: tuple[date, ...] = DAYS) -> Figure:
    return line_figure(caption("lines"), days=days, series=series, x=DAY_AXIS, y=CASES)


def areas(*series: Series, days: tuple[date, ...] = DAYS) -> Figure:
    return stacked_area_figure(caption("areas"), days=days, series=series, x=DAY_AXIS, y=CASES)


def flows(inflow: Series, outflow: Series, days: tuple[date, ...] = DAYS) -> Figure:
    return flow_figure(caption("flows"), days=days, inflow=inflow, outflow=outflow, net="Net", x=DAY_AXIS, y=CASES)


def histogram(*bins: Bin) -> Figure:
    return histogram_figure(caption("histogram"), bins=bins, x_label="Age", y=CASES)


def shares(*wholes: Whole) -> Figure:
    return share_figure(caption("shares"), parts=("Region", "Applicant"), wholes=wholes, words=SHARES)


def scatter(*dots: Dot, levels: tuple[Level, ...] = ()) -> Figure:
    return scatter_figure(caption("scatter"), dots=dots, levels=levels, x=DAY_AXIS, y=CASES)


def each_kind() -> tuple[Figure, ...]:
    return (
        lines(Series(name="p50", values=(40, 42.5, 41)), Series(name="p<80>", values=(60, None, 61))),
        areas(Series(name="Submitted", values=(3, 4, 5)), Series(name="Checks", values=(0, 2, 1))),
        flows(Series(name="Filed", values=(5, 0, 7)), Series(name="Closed", values=(2, 6, 7))),
        histogram(Bin(label="0-13", count=8), Bin(label="14-27", count=0), Bin(label="28+", count=1)),
        shares(Whole(name="Nurse", parts=(30, 10)), Whole(name="Artist", parts=(0, 5))),
        scatter(Dot(day=DAYS[2], value=9), Dot(day=DAYS[0], value=3), levels=(Level(name="p85", value=8),)),
    )


def each_kind_empty() -> tuple[Figure, ...]:
    return (
        lines(Series(name="p50", values=(None, None, None))),
        areas(Series(name="Submitted", values=()), days=()),
        flows(Series(name="Filed", values=(0, 0, 0)), Series(name="Closed", values=(0, 0, 0))),
        histogram(),
        shares(Whole(name="Nurse", parts=(0, 0))),
        scatter(levels=(Level(name="p85", value=8),)),
    )

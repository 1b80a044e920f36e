"""The German-speaking Community: a row of a workbook a file, in German, pay by year."""

from __future__ import annotations

from typing import Final

from domain.migration.reading import Fact
from domain.migration.sources.columns import ColumnMapping

GERMAN_COMMUNITY: Final = ColumnMapping(
    authority="german-community",
    version=1,
    columns={
        Fact.KEY: "Aktenzeichen",
        Fact.STATUS: "Stand",
        Fact.CATEGORY: "Kategorie",
        Fact.FILED: "Antragsdatum",
        Fact.ADMISSIBLE: "Zulässig am",
        Fact.DECIDED: "Entscheidung am",
        Fact.VALID_FROM: "Gültig von",
        Fact.VALID_TO: "Gültig bis",
        Fact.FAMILY_NAME: "Name",
        Fact.GIVEN_NAME: "Vorname",
        Fact.BIRTH_DATE: "Geburtsdatum",
        Fact.NATIONALITY: "Staatsangehörigkeit",
        Fact.SSIN: "Nationalregisternummer",
        Fact.ENTERPRISE_NUMBER: "ZDU-Nummer",
        Fact.EMPLOYER_NAME: "Arbeitgeber",
        Fact.JOB_TITLE: "Tätigkeit",
        Fact.PAY: "Bruttolohn/Jahr",
        Fact.MODIFIED: "Geändert am",
    },
)

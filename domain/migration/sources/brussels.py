"""Brussels: a row a file, in French or in Dutch, pay by year or (from 1 October 2024 on) by month."""

from __future__ import annotations

from typing import Final

from domain.migration.reading import Fact
from domain.migration.sources.columns import ColumnMapping

BRUSSELS: Final = ColumnMapping(
    authority="brussels",
    version=1,
    columns={
        Fact.KEY: "no_dossier",
        Fact.STATUS: "statut",
        Fact.ACTOR: "acteur",
        Fact.CATEGORY: "categorie",
        Fact.FILED: "date_introduction",
        Fact.ADMISSIBLE: "date_recevabilite",
        Fact.DECIDED: "date_decision",
        Fact.VALID_FROM: "valable_du",
        Fact.VALID_TO: "valable_au",
        Fact.FAMILY_NAME: "nom",
        Fact.GIVEN_NAME: "prenom",
        Fact.BIRTH_DATE: "naissance",
        Fact.NATIONALITY: "nationalite",
        Fact.SSIN: "niss",
        Fact.ENTERPRISE_NUMBER: "bce",
        Fact.EMPLOYER_NAME: "employeur",
        Fact.JOB_TITLE: "fonction",
        Fact.PAY: "remuneration",
        Fact.PAY_PERIOD: "periodicite",
        Fact.MODIFIED: "modifie_le",
    },
    others=frozenset({"langue"}),
)

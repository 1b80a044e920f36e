"""The legal references that earlier rule sets wrote as English sentences, as the places they speak of.

Decisions hold them as they were written. A reader gets the place in their own language; a note in place of one
that had not been found is no place, and is shown to handlers only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.law.legal_reference import NOT_FOUND

EARLIER_REFERENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Act of 30 April 1999 on the employment of foreign workers": "act1999",
        "Agreement on the European Economic Area, art. 28": "eeaAgreement art. 28",
        "Agreement with Switzerland of 21 June 1999 on the free movement of persons": "swissAgreement1999",
        "Aliens Act of 15 December 1980, arts 61/25-1 ff.": "aliensAct1980 art. 61/25-1",
        "Brussels Ordinance of 1 February 2024 and Government Decision of 16 May 2024; the article was not found": (
            "brusselsDecision2024"
        ),
        "Flemish Government Decision of 7 December 2018": "flemishDecision2018",
        "Flemish Government Decision of 7 December 2018 as amended on 1 January 2026; the article was not found": (
            "flemishDecision2018; amended by flemishReform2026"
        ),
        "Flemish Government Decision of 7 December 2018, art. 17 (specific categories)": "flemishDecision2018 art. 17",
        "Flemish Government Decision of 7 December 2018, art. 17 (specific categories), as amended by the Decision of "
        "8 March 2024": "flemishDecision2018 art. 17; amended by flemishDecision2024",
        "Flemish Government Decision of 7 December 2018, art. 18 § 1": "flemishDecision2018 art. 18 § 1",
        "Flemish Government Decision of 7 December 2018, art. 18 § 1, as amended by the Decision of 8 March 2024": (
            "flemishDecision2018 art. 18 § 1; amended by flemishDecision2024"
        ),
        "Flemish Government Decision of 7 December 2018, art. 19": "flemishDecision2018 art. 19",
        "Flemish Government Decision of 7 December 2018; the article was not found": "flemishDecision2018",
        "Labour Act of 16 March 1971, arts 6-7": "labourAct1971 art. 6-7",
        "Ministerial Decree of 19 December 2018": "ministerialDecree2018",
        "Ministerial Decree of 31 March 2021, Belgian Official Gazette of 15 April 2021": "ministerialDecree2021",
        "Ministerial Decree on the shortage occupations": NOT_FOUND,
        "Ministerial Decree published in the Belgian Official Gazette of 14 September 2023": "ministerialDecree2023",
        "REFNIS codes of the municipalities": "refnis",
        "Royal Decree of 8 October 1981, art. 1/1/1, as it stood until 25 May 2022": "royalDecree1981 art. 1/1/1",
        "Royal Decree of 9 June 1999 as amended by the German-speaking Community": "royalDecree1999",
        "Royal Decree of 9 June 1999; the article was not found": "royalDecree1999",
        "Treaty on the Functioning of the European Union, art. 45": "treatyOnTheFunctioning art. 45",
        "Walloon Government Decision of 16 May 2019; the article was not found": "walloonDecision2019",
        "Walloon Government Decision of 6 June 2024; the article was not found": "walloonDecision2024",
        "Withdrawal agreement of the United Kingdom, arts 126-127": "withdrawalAgreement art. 126-127",
        "article not found": NOT_FOUND,
        "average gross annual wage in Belgium, published by Statbel": NOT_FOUND,
        "average gross monthly wage of the region": NOT_FOUND,
        "cooperation agreement of 2 February 2018, arts 7-8": "cooperationAgreement2018 art. 7-8",
        "none found: a rule parameter, because the sources conflict": NOT_FOUND,
        "none found: given by the project brief": "projectBrief",
        "not found": NOT_FOUND,
        "page on intra-corporate transfers; the article was not found": NOT_FOUND,
        "practice of the Flemish service": "flemishServicePractice",
        "practice of the Flemish service: a year is 12 months for a posted worker": "flemishServicePractice",
        "practice of the Flemish service: a year is 13.92 months under a Belgian contract": "flemishServicePractice",
        "rules before the Ordinance of 1 February 2024; the article was not found": NOT_FOUND,
        "rules before the Walloon Decision of 2019; the article was not found": NOT_FOUND,
        "the athletes' threshold": NOT_FOUND,
    }
)

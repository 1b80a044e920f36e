"""Stable codes that say why a finding does not decide by itself. They are stored in events: add, never rename."""

from __future__ import annotations

from typing import Final

NO_AMOUNT_IN_FORCE: Final = "noAmountInForce"
"""The category is judged by an amount, and none is in force (or known) on the day."""

AMOUNT_UNDATED: Final = "amountUndated"
"""An amount is published without the day it took effect; it is never applied."""

JOINT_COMMITTEE_SCALE_UNKNOWN: Final = "jointCommitteeScaleUnknown"
"""Pay must reach the scale of the joint committee, and that scale is not in the law data."""

SECTOR_SCALE_UNKNOWN: Final = "sectorScaleUnknown"
"""Pay must reach the sector's scale or the guaranteed minimum income; neither is in the law data."""

UNDERLYING_CATEGORY_UNKNOWN: Final = "underlyingCategoryUnknown"
"""The test is that of the category the job itself belongs to, which the facts do not say."""

DECIDED_BY_CONTRACT: Final = "decidedByContract"
"""No amount: a valid employment contract is what counts, and a person must read it."""

NOT_STATED: Final = "notStated"
"""The sources state no test of this kind for the category."""

NOT_FOUND: Final = "notFound"
"""Whether such a test exists was looked for and not found; a person must decide."""

NO_TERMS_IN_FORCE: Final = "noTermsInForce"
"""A labour-market test is required, and its terms on that day are not known."""

NO_CONVERSION_IN_FORCE: Final = "noConversionInForce"
"""Monthly pay cannot be converted into pay a year: no rule for it is in force."""

NOT_REQUIRED: Final = "notRequired"
"""The category needs no labour-market test."""

LEFT_TO_THE_AUTHORITY: Final = "leftToTheAuthority"
"""Not met, and the law lets the authority refuse on it without obliging it to: a person decides and says why."""

FACT_MISSING: Final = "factMissing"
"""The law is known; a fact it requires is not. ``missing`` names it."""

EVIDENCE_MISSING: Final = "evidenceMissing"
"""Evidence that may still be added could settle the finding. ``missing`` names it."""

SHORTAGE_LIST_INCOMPLETE: Final = "shortageListIncomplete"
"""The function is not among the entries we hold of a list that we do not hold whole; a person must look it up."""

OCCUPATION_LIST_NOT_FOUND: Final = "occupationListNotFound"
"""There is a list of functions, and what it holds was not found; a person must look it up."""

LONG_TERM_RESIDENCE_NOT_IN_FACTS: Final = "longTermResidenceNotInFacts"
"""The list is for long-term residents of another member state, and that status is no fact of an application."""

LINK_NOT_IN_FACTS: Final = "linkNotInFacts"
"""What links the application to an authority, such as the worker's residence, is no fact of an application."""

MUNICIPALITY_UNKNOWN: Final = "municipalityUnknown"
"""No authority's territory holds a municipality with this code."""

AMOUNT_NOT_PUBLISHED_YET: Final = "amountNotPublishedYet"
"""The amount is indexed, and nobody has published the one of that day yet."""

AMOUNT_DISPUTED: Final = "amountDisputed"
"""Sources of equal weight give different amounts, and pay lies between them."""

REDUCED_AMOUNT_POSSIBLE: Final = "reducedAmountPossible"
"""Pay lies between the amount and a reduced one, and whether the reduced one applies is no fact of an application."""

PUBLICATION_DISPUTED: Final = "publicationDisputed"
"""Sources of equal weight give different lengths of the search, and the search lies between them."""

PART_TIME_RULE_UNKNOWN: Final = "partTimeRuleUnknown"
"""The job is part-time, and whether the amount is reduced in proportion was not found."""

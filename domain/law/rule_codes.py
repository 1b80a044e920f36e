"""The rules that an assessment can hold: each is a condition that an application may fail."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """Stable codes of the rules. They are stored in events: add, never rename.

    A finding names one of these and nothing else, and each of these is a ground of refusal
    (:mod:`domain.case.grounds`): so a rule that is added can be refused on from the first day.
    """

    OPEN_CATEGORY = "openCategory"
    SALARY_THRESHOLD = "salaryThreshold"
    LABOUR_MARKET_TEST = "labourMarketTest"
    SALARY_OR_LABOUR_MARKET_TEST = "salaryOrLabourMarketTest"
    QUALIFICATION_LEVEL = "qualificationLevel"
    EMPLOYMENT_SHARE = "employmentShare"
    CONTRACT_FORM = "contractForm"
    CONTRACT_DURATION = "contractDuration"
    SHORTAGE_OCCUPATION = "shortageOccupation"
    BOTTLENECK_OCCUPATION = "bottleneckOccupation"
    WORKER_AGE = "workerAge"
    MINIMUM_AGE = "minimumAge"
    WORKER_NATIONALITY = "workerNationality"
    PRIOR_SERVICE = "priorService"
    WORK_HISTORY = "workHistory"
    EMPLOYER_AGE = "employerAge"
    EMPLOYER_STAFF = "employerStaff"
    EMPLOYER_ACTIVITY = "employerActivity"
    EMPLOYER_DEBTS = "employerDebts"
    CONTRACT_CONTENT = "contractContent"
    COMPETENT_AUTHORITY = "competentAuthority"
    MANDATE = "mandate"
    RENEWAL_WINDOW = "renewalWindow"

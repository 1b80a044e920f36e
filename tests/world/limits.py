"""The limits of a case as they are where nobody sets others."""

from infra.limits import LimitsOfACase

USUAL_CASE_LIMITS = LimitsOfACase().of_the_domain()

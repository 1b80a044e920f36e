"""Why a service refuses, in the words of the procedure; only :mod:`api.http.problems` knows status numbers.

    ServiceRefused
    ├── AlreadyFiled             the same application was filed today already
    ├── NotPermitted             the caller's role may not do this, or not in this way
    ├── NotFound                 nothing of that name is there, or it is not the caller's to see
    │   ├── ApplicationUnknown   the same for an application
    │   ├── DraftUnknown         the same for a draft
    │   ├── WebhookUnknown       the same for a subscription to notices, or something that was sent to it
    │   └── BatchUnknown         the same for a batch of applications
    ├── DraftsFull               no further draft or batch can be kept, or no larger one
    ├── TooManyWebhooks          the enterprise has as many subscriptions as it may have
    ├── WebhookChanged           a subscription was changed by others at each attempt
    ├── RegisterUnavailable      the enterprise register cannot be consulted now
    ├── TooManyUploads           files are being sent by too many at once
    │   └── TooManyOfOneCaller   or too many by this caller alone
    └── UploadTooSlow            a file did not come within the time that one may take

Commands are refused by the domain itself: see :mod:`domain.case.refusals`.
"""

from __future__ import annotations

from uuid import UUID


class ServiceRefused(Exception):
    """Nothing was done. ``sentence`` is the reason, for the caller; it repeats nothing that was sent."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class AlreadyFiled(ServiceRefused):
    """The same application was filed today already, as the case with this id; nothing was stored."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__("the same application was filed today already")
        self.case_id = case_id


class NotPermitted(ServiceRefused):
    """The caller may not do this: to no case, or not for the authority or the parties it is about."""


class NotFound(ServiceRefused):
    """Not found. Resources that the caller may not see are not found either: their existence is information."""


class ApplicationUnknown(NotFound):
    """There is no such application within the caller's reach."""

    def __init__(self) -> None:
        super().__init__("There is no such application.")


class DraftUnknown(NotFound):
    """The caller has no such draft: it was filed, it was deleted, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("You have no such draft: it was filed or deleted in the meantime, or it is not yours.")


class WebhookUnknown(NotFound):
    """The caller has no such subscription, or nothing of that id was sent to it."""

    def __init__(self) -> None:
        super().__init__(
            "You have no such webhook, or no such delivery: it was deleted in the meantime, or it is not yours."
        )


class BatchUnknown(NotFound):
    """The caller has no such batch: it was deleted, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("You have no such batch of applications: it was deleted in the meantime, or it is not yours.")


class DraftsFull(ServiceRefused):
    """Nothing was saved."""


class TooManyWebhooks(ServiceRefused):
    """Nothing was subscribed to; ``most`` is how many there can be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} webhooks, and that is the most there can be: delete one first.")


class WebhookChanged(ServiceRefused):
    """Nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The webhook was changed by others at the same time: look at it, and repeat the request.")


class RegisterUnavailable(ServiceRefused):
    """Nothing follows about the enterprise; ``seconds`` is how long to wait, None where that is not known."""

    def __init__(self, seconds: int | None = None) -> None:
        super().__init__(
            "The enterprise register is not available at the moment: fill in the employer by hand, or try again later."
        )
        self.seconds = seconds


class TooManyUploads(ServiceRefused):
    """The service takes no further file now; ``seconds`` is how long to wait, ``limit`` how many it takes at once."""

    def __init__(self, limit: int, *, sentence: str | None = None) -> None:
        super().__init__(
            sentence
            or "Too many files are being sent to this service at the moment. Nothing was stored: send it again."
        )
        self.seconds = 5
        self.limit = limit


class TooManyOfOneCaller(TooManyUploads):
    """This caller is sending as many files as one caller may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            limit, sentence=f"You are sending {limit} files already. Nothing was stored: wait until one has arrived."
        )


class UploadTooSlow(ServiceRefused):
    """What had come of the file was dropped."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The file did not arrive within {seconds:g} seconds and nothing was stored: send it over a faster "
            "connection, or save or scan it at a lower resolution."
        )

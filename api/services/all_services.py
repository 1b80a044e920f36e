"""The services of one program, put together: what routes and pages call.

The command line calls functions of single modules here, and needs no caller's permission; a demonstration files over
HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.composition import Program
from api.permissions import Permissions
from api.services.access import Access
from api.services.application_batches import ApplicationBatchService
from api.services.boards import BoardService
from api.services.bulk_assignment import BulkAssignment
from api.services.case_search import CaseSearchService
from api.services.cases import CaseService
from api.services.counter import Counter
from api.services.documents import DocumentService
from api.services.draft_documents import DraftDocumentService
from api.services.drafts import DraftService
from api.services.fees import FeeService
from api.services.law import LawService
from api.services.lists import ListService
from api.services.open_fees import OpenFeeService
from api.services.payment_lists import PaymentListService
from api.services.renewals import RenewalService
from api.services.webhooks import WebhookService
from api.services.work_queues import WorkQueueService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All are safe between threads."""

    access: Access
    cases: CaseService
    documents: DocumentService
    drafts: DraftService
    batches: ApplicationBatchService
    draft_documents: DraftDocumentService
    renewals: RenewalService
    fees: FeeService
    open_fees: OpenFeeService
    payment_lists: PaymentListService
    lists: ListService
    counter: Counter
    search: CaseSearchService
    boards: BoardService
    queues: WorkQueueService
    assignment: BulkAssignment
    law: LawService
    webhooks: WebhookService

    @classmethod
    def of(cls, program: Program, permissions: Permissions | None = None) -> Services:
        """The services over ``program``, by the packaged permission table unless another is given."""
        access = Access(permissions or Permissions.load())
        cases, lists = CaseService(program, access), ListService(program)
        drafts = DraftService(program, cases)
        return cls(
            access=access,
            cases=cases,
            documents=DocumentService(program, cases),
            drafts=drafts,
            draft_documents=DraftDocumentService(program, drafts),
            batches=ApplicationBatchService(program, access, cases),
            counter=Counter.of(program, access, cases),
            renewals=RenewalService(program, cases),
            fees=FeeService(program, cases),
            open_fees=OpenFeeService(program, cases, lists),
            payment_lists=PaymentListService(program, cases, lists),
            lists=lists,
            search=CaseSearchService(lists, cases, access),
            boards=BoardService(program),
            queues=WorkQueueService(program, cases),
            assignment=BulkAssignment(program, cases),
            law=LawService(program),
            webhooks=WebhookService(program, cases),
        )

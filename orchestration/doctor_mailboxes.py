"""Proof that the app reaches the listed mailboxes and no other: asked of Exchange, never taken from the settings.

A mailbox is named by its place in the list; no address reaches a row.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from ingestion.legs import IngestionError
from ingestion.microsoft.mailbox_scope import ListedAnswer, Reach, unscoped_roles
from orchestration.doctor_check import Check, State

_SCOPE = "Scope the app in Exchange (RBAC for Applications), then remove the mailbox permissions' consent in Entra."


class MailboxProbe(Protocol):
    """The questions about mailboxes of one tenant; every failure is an IngestionError with advice."""

    def mailbox_count(self) -> int:
        """How many mailboxes of this tenant are listed."""

    def mailbox_answers(self, position: int) -> Sequence[ListedAnswer]:
        """How the listed mailbox at a position, from 0, answers for mail and for events."""

    def canary_reach(self) -> Reach | None:
        """What became of asking for the canary; None where the settings name none."""


def mailbox_checks(tenant_id: str, probe: MailboxProbe, granted: frozenset[str] | None) -> Iterator[Check]:
    """The rows of a tenant's mailboxes; none where no mailbox of it is listed.

    granted: the roles of its token, None where it does not show them.
    """
    count = probe.mailbox_count()
    if not count:
        return
    for position in range(count):
        yield from _listed(tenant_id, probe, position, count)
    try:
        reach = probe.canary_reach()
    except IngestionError as error:
        yield Check(State.ERROR, "mailbox_canary", tenant_id, str(error), error.advice)
        return
    yield _canary(tenant_id, reach)
    consented = unscoped_roles(granted or ())
    if consented:
        yield _consent(tenant_id, consented, reach)


def _listed(tenant_id: str, probe: MailboxProbe, position: int, count: int) -> Iterator[Check]:
    name = f"listed mailbox {position + 1} of {count}"
    details = {"mailbox": position + 1}
    try:
        answers = probe.mailbox_answers(position)
    except IngestionError as error:
        yield Check(State.ERROR, "mailbox_answers", tenant_id, f"{name}: {error}", error.advice, details)
        return
    yield Check(State.OK, "mailbox_answers", tenant_id, f"{name} answers for mail and calendar", details=details)
    content = sorted({f"{answer.table}.{field}" for answer in answers for field in answer.content})
    if content:
        yield Check(
            State.WARNING,
            "mailbox_content",
            tenant_id,
            f"{name}: the server sent {', '.join(content)} although nobody asked for it; it is dropped before storage",
            "Look for a gateway at [microsoft] graph_url: Graph itself leaves out what is not selected.",
            {**details, "content": content},
        )


def _canary(tenant_id: str, reach: Reach | None) -> Check:
    match reach:
        case None:
            return Check(
                State.NOTE,
                "mailbox_canary",
                tenant_id,
                "no canary is set, so nothing proves that other mailboxes are out of reach",
                "Set [microsoft.mailboxes] canary to a mailbox that must be refused.",
            )
        case Reach.REFUSED:
            return Check(
                State.OK, "mailbox_canary", tenant_id, "the canary mailbox is refused", details={"reach": reach}
            )
        case Reach.NO_MAILBOX:
            return Check(
                State.WARNING,
                "mailbox_canary",
                tenant_id,
                "the canary has no mailbox, so its refusal proves nothing",
                "Set [microsoft.mailboxes] canary to a mailbox that exists.",
                {"reach": reach},
            )
        case _:
            return Check(
                State.ERROR,
                "mailbox_canary",
                tenant_id,
                "the canary mailbox answers: the app reaches mailboxes that are not listed",
                _SCOPE,
                {"reach": reach},
            )


def _consent(tenant_id: str, consented: Sequence[str], reach: Reach | None) -> Check:
    """Leftover consent: with it Exchange's scope restricts nothing, for the two are a union."""
    is_held_back = reach is Reach.REFUSED
    found = f"{', '.join(consented)}: consented in Entra, which reaches every mailbox of the tenant"
    if is_held_back:
        found += " unless an application access policy holds it back, as it does for the canary"
    return Check(
        State.WARNING if is_held_back or reach is None else State.ERROR,
        "mailbox_consent",
        tenant_id,
        found,
        _SCOPE,
        {"permissions": list(consented)},
    )

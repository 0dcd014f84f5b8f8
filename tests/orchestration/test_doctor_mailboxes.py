"""What the answers of listed mailboxes and of the canary prove."""

import pytest

from ingestion.microsoft.mailbox_scope import ListedAnswer, Reach
from orchestration.doctor_check import Check, State
from orchestration.doctor_mailboxes import mailbox_checks
from tests.orchestration.doctor_fakes import GOOD_ANSWERS, FakeTenant, refused

CONSENTED = frozenset({"User.Read.All", "Mail.Read", "Calendars.Read"})


def checks(tenant: FakeTenant, granted: frozenset[str] | None = frozenset({"User.Read.All"})) -> list[Check]:
    """The mailbox rows of a tenant."""
    return list(mailbox_checks("tenant", tenant, granted))


def shown(found: list[Check]) -> list[tuple[str, State]]:
    return [(check.check, check.state) for check in found]


def test_tenant_without_listed_mailboxes_has_no_row_and_is_not_asked() -> None:
    tenant = FakeTenant(reach=Reach.ANSWERED)
    assert checks(tenant, CONSENTED) == [] and tenant.asked == []


def test_scoped_mailboxes_are_all_well() -> None:
    found = checks(FakeTenant(answers=(GOOD_ANSWERS, GOOD_ANSWERS), reach=Reach.REFUSED))
    assert shown(found) == [("mailbox_answers", State.OK)] * 2 + [("mailbox_canary", State.OK)]
    assert "listed mailbox 2 of 2" in found[1].found


def test_mailbox_that_does_not_answer_is_told_by_its_place_and_the_others_are_asked() -> None:
    tenant = FakeTenant(answers=(GOOD_ANSWERS, GOOD_ANSWERS), reach=Reach.REFUSED, failure={"mailbox 0": refused()})
    found = checks(tenant)
    assert shown(found)[:2] == [("mailbox_answers", State.ERROR), ("mailbox_answers", State.OK)]
    assert found[0].found == "listed mailbox 1 of 2: refused" and found[0].remedy == "Renew it."


def test_content_that_nobody_asked_for_is_told() -> None:
    answers = (ListedAnswer("messages", 1, ("body", "uniqueBody")), ListedAnswer("events", 0, ()))
    found = checks(FakeTenant(answers=(answers,), reach=Reach.REFUSED))
    assert shown(found)[1] == ("mailbox_content", State.WARNING)
    assert found[1].details["content"] == ["messages.body", "messages.uniqueBody"]


@pytest.mark.parametrize(
    ("reach", "consented", "states"),
    [
        (Reach.REFUSED, False, [("mailbox_canary", State.OK)]),
        (Reach.ANSWERED, False, [("mailbox_canary", State.ERROR)]),
        (Reach.NO_MAILBOX, False, [("mailbox_canary", State.WARNING)]),
        (None, False, [("mailbox_canary", State.NOTE)]),
        (Reach.REFUSED, True, [("mailbox_canary", State.OK), ("mailbox_consent", State.WARNING)]),
        (Reach.ANSWERED, True, [("mailbox_canary", State.ERROR), ("mailbox_consent", State.ERROR)]),
        (Reach.NO_MAILBOX, True, [("mailbox_canary", State.WARNING), ("mailbox_consent", State.ERROR)]),
        (None, True, [("mailbox_canary", State.NOTE), ("mailbox_consent", State.WARNING)]),
    ],
)
def test_canary_and_leftover_consent(reach: Reach | None, consented: bool, states: list[tuple[str, State]]) -> None:
    tenant = FakeTenant(answers=(GOOD_ANSWERS,), reach=reach)
    assert shown(checks(tenant, CONSENTED if consented else frozenset()))[1:] == states


def test_leftover_consent_names_the_permissions_and_the_way_out() -> None:
    found = checks(FakeTenant(answers=(GOOD_ANSWERS,), reach=Reach.REFUSED), CONSENTED)[-1]
    assert found.details == {"permissions": ["Calendars.Read", "Mail.Read"]}
    assert "RBAC for Applications" in found.remedy


def test_canary_that_cannot_be_judged_is_an_error() -> None:
    tenant = FakeTenant(answers=(GOOD_ANSWERS,), failure={"canary": refused("server_error")})
    assert shown(checks(tenant, None))[-1] == ("mailbox_canary", State.ERROR)

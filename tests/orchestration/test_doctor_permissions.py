"""Missing, unneeded and writing permissions, at the edges."""

import pytest

from ingestion.microsoft.permissions import NeededPermission
from orchestration.doctor_check import Check, State
from orchestration.doctor_permissions import permission_checks
from tests.orchestration.doctor_fakes import GRANTED, NEEDED


def checks(granted: frozenset[str], needed: tuple[NeededPermission, ...] = NEEDED) -> list[Check]:
    """The rows of a tenant with these permissions in its token."""
    return list(permission_checks("tenant", needed, granted))


def test_exactly_what_is_needed_is_one_good_row() -> None:
    (check,) = checks(GRANTED)
    assert (check.state, check.check, check.details) == (State.OK, "permissions", {"permissions": sorted(GRANTED)})


def test_missing_permission_names_the_tables_that_it_would_give() -> None:
    (check,) = checks(frozenset({"User.Read.All"}))
    assert (check.state, check.check, check.subject) == (State.ERROR, "permission_missing", "tenant")
    assert check.found == "Policy.Read.All is missing: without it no conditional_access_policies, security_defaults"
    assert check.details["tables"] == ["conditional_access_policies", "security_defaults"]
    assert "admin consent" in check.remedy


def test_nothing_consented_misses_everything() -> None:
    assert [check.details["permission"] for check in checks(frozenset())] == ["User.Read.All", "Policy.Read.All"]


def test_broader_permission_does_instead_of_the_missing_one() -> None:
    assert [check.check for check in checks(frozenset({"Directory.Read.All", "Policy.Read.All"}))] == ["permissions"]


def test_broader_permission_beside_the_least_one_is_not_needed() -> None:
    (check,) = checks(GRANTED | {"Directory.Read.All"})
    assert (check.state, check.check) == (State.WARNING, "permission_unneeded")
    assert check.found == "Directory.Read.All: granted and not needed"


@pytest.mark.parametrize(
    "name",
    [
        "User.ReadWrite.All", "Mail.Send", "Sites.FullControl.All", "Sites.Manage.All", "full_access_as_app",
        "Mail.ReadWrite", "User.Invite.All", "RoleManagement.ReadWrite.Directory",
    ],
)  # fmt: skip
def test_permission_that_can_write_is_a_failure(name: str) -> None:
    (check,) = checks(GRANTED | {name})
    assert (check.state, check.check, check.details) == (State.ERROR, "permission_writes", {"permission": name})
    assert name in check.remedy


@pytest.mark.parametrize(
    "name", ["Group.Read.All", "RoleManagement.Read.Directory", "User.ReadBasic.All", "Mail.Read", "Calendars.Read"]
)
def test_reading_permission_beyond_need_is_warned_of(name: str) -> None:
    (check,) = checks(GRANTED | {name})
    assert (check.state, check.check) == (State.WARNING, "permission_unneeded")


def test_mailbox_permission_is_never_missing_and_is_needed_where_it_is_consented() -> None:
    needed = (*NEEDED, NeededPermission("Mail.Read", ("messages",), ()))
    assert [check.check for check in checks(GRANTED, needed)] == ["permissions"]
    assert [check.check for check in checks(GRANTED | {"Mail.Read"}, needed)] == ["permissions"]

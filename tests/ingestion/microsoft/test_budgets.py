"""Which of Graph's limits a request draws on, and what it costs."""

import pytest

from ingestion.http.budget import Budget, Quota
from ingestion.microsoft.budgets import AppBudgets, TenantBudgets, resource_units

ROOT = "https://graph.example/v1.0"


def paced(quota: Quota) -> Budget:
    """A budget whose clock stands still."""
    return quota.budget(lambda: 0.0)


def starts_before_a_wait(budgets: TenantBudgets, family: str, url: str) -> int:
    """How many such requests may start at the same instant."""
    for number in range(20_000):
        if any(draw.budget.pace.reserve(draw.units) for draw in budgets.draws(family, url)[:1] if draw.budget.pace):
            return number
    return -1


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/users", 2),
        ("/users?$select=id", 1),
        ("/users/delta?$select=id", 1),
        ("/users/delta()?$deltatoken=x", 2),
        ("/users?$select=id&$expand=manager", 2),
        ("/users?$top=10", 1),
        ("/users?$select=id&$top=10", 1),
        ("/users?$top=999", 2),
        ("/subscribedSkus", 3),
        ("/subscribedSkus?$select=id", 2),
        ("/groups/8f3c/members?$select=id", 2),
        ("/groups/8f3c/transitiveMembers?$select=id", 4),
        ("/groups/8f3c/transitiveMembers/microsoft.graph.user", 5),
        ("/organization", 1),
        ("/domains", 1),
    ],
)
def test_resource_units_by_path_and_options(path: str, units: int) -> None:
    assert resource_units(ROOT + path) == units


@pytest.mark.parametrize(
    ("family", "path", "starts"),
    [
        ("reports", "/reports/authenticationMethods/userRegistrationDetails", 5),
        ("conditional_access", "/identity/conditionalAccess/policies", 1),
        ("security", "/security/secureScores", 150),
        ("usage_reports", "/reports/getMailboxUsageDetail(period='D30')", 14),
        ("directory", "/applications?$select=id,keyCredentials", 150),
        ("directory", "/users?$select=id,signInActivity", 5),
        ("directory", "/organization", 3_500),
        ("outlook", "/users/dana@msp.example/calendarView", 10_000),
    ],
)
def test_draws_of_each_family_hold_its_published_limit(family: str, path: str, starts: int) -> None:
    assert starts_before_a_wait(TenantBudgets(budget_of=paced), family, ROOT + path) == starts


@pytest.mark.parametrize(("users", "starts"), [(0, 3_500), (49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)])
def test_directory_quota_grows_with_the_users_of_the_tenant(users: int, starts: int) -> None:
    budgets = TenantBudgets(budget_of=paced)
    budgets.learn_size(users)
    assert starts_before_a_wait(budgets, "directory", f"{ROOT}/organization") == starts


def test_sign_in_activity_and_registration_report_share_one_limit() -> None:
    budgets = TenantBudgets(budget_of=paced)
    report = budgets.draws("reports", f"{ROOT}/reports/authenticationMethods/userRegistrationDetails")
    activity = budgets.draws("directory", f"{ROOT}/users?$select=signInActivity")
    assert activity[0].budget is report[0].budget


def test_every_mailbox_has_its_own_four_places_in_either_spelling() -> None:
    budgets = TenantBudgets()
    one = budgets.draws("outlook", f"{ROOT}/users/dana%40msp.example/mailFolders/inbox/messages/delta")[0]
    same = budgets.draws("outlook", f"{ROOT}/users('Dana@msp.example')/mailFolders('inbox')/messages/delta")[0]
    other = budgets.draws("outlook", f"{ROOT}/users/lee@msp.example/calendarView")[0]
    assert one.budget is same.budget
    assert one.budget is not other.budget
    assert one.budget._places is not None and one.budget._places._value == 4


def test_two_tenants_share_the_apps_limits_only() -> None:
    app = AppBudgets()
    first, second = (TenantBudgets(app).draws("directory", f"{ROOT}/organization") for _ in range(2))
    assert first[0].budget is not second[0].budget
    assert [draw.budget for draw in first[1:]] == [draw.budget for draw in second[1:]] == [app.directory, app.requests]
    assert [draw.is_own for draw in first] == [True, False, False]


def test_two_usage_reports_have_a_limit_each_and_one_together() -> None:
    budgets = TenantBudgets()
    mailboxes = budgets.draws("usage_reports", f"{ROOT}/reports/getMailboxUsageDetail(period='D30')")
    activity = budgets.draws("usage_reports", f"{ROOT}/reports/getEmailActivityUserDetail(period='D30')")
    assert mailboxes[0].budget is not activity[0].budget
    assert mailboxes[1].budget is activity[1].budget


def test_sign_in_activity_draws_one_unit_of_the_reports_limit() -> None:
    budgets = TenantBudgets(budget_of=paced)
    waits = [
        max(draw.budget.pace.reserve(draw.units) for draw in budgets.draws("reports", url) if draw.budget.pace)
        for url in [f"{ROOT}/users?$select=id,signInActivity&$top=500"] * 6
    ]
    assert waits == [0, 0, 0, 0, 0, 10]


def test_mailbox_with_an_apostrophe_has_one_budget_in_either_spelling() -> None:
    budgets = TenantBudgets()
    asked = budgets.draws("outlook", f"{ROOT}/users/sean.o%27hara@msp.example/calendarView")[0]
    linked = budgets.draws("outlook", f"{ROOT}/users('sean.o%27%27hara@msp.example')/calendarView")[0]
    assert asked.budget is linked.budget

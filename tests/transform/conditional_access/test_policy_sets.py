"""Random sets of policies: what the models say of everybody is what trying each sign-in says.

The other side is the simulator's evaluator, which asks every policy about every sign-in as Microsoft describes it and
knows nothing of classes, scopes or SQL.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingestion.simulator.world.truth.conditional_access import EXCHANGE, PLATFORMS, Answer, Person
from tests.transform.conditional_access.brute_force import try_tenant
from tests.transform.conditional_access.judged import Judged, Tenant, User, judge

SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"
PAYROLL = "6f5d9a5e-6d34-4f8e-9f60-3f1f0a1c7b21"
PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
APPS = (EXCHANGE, SHAREPOINT, PAYROLL, PORTAL, "Office365", "MicrosoftAdminPortals")
CLIENTS = ("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other")
OFFICE, HOME, GONE = (f"0000000{number}-1111-4111-8111-111111111111" for number in (1, 2, 3))
PLACES = (
    {"@odata.type": "#microsoft.graph.ipNamedLocation", "id": OFFICE, "displayName": "Office", "isTrusted": True},
    {"@odata.type": "#microsoft.graph.ipNamedLocation", "id": HOME, "displayName": "Home", "isTrusted": False},
)
GROUPS, ROLES = ("g-1", "g-2", "g-empty"), ("r-1", "r-2")
USERS = (
    User("u-plain"),
    User("u-first", groups=("g-1",)),
    User("u-both", groups=("g-1", "g-2")),
    User("u-admin", roles=("r-1",), groups=("g-2",)),
    User("u-partner", outsider="b2bCollaborationMember"),
)
PASSKEY, PASSWORD = ["fido2"], ["fido2", "password"]
SETS, MANY_SETS, CHUNK = 400, 10_000, 2_500


def test_models_agree_with_every_sign_in(tmp_path: Path) -> None:
    assert list(_differences(tmp_path, range(SETS))) == []


@pytest.mark.soak
@pytest.mark.timeout(3_000)
def test_models_agree_with_every_sign_in_of_ten_thousand_sets(tmp_path: Path) -> None:
    for start in range(0, MANY_SETS, CHUNK):
        folder = tmp_path / str(start)
        folder.mkdir()
        assert list(_differences(folder, range(SETS + start, SETS + start + CHUNK))) == []


def _differences(folder: Path, seeds: range) -> Iterator[str]:
    tenants = [Tenant(f"t-{seed}", _policies(random.Random(seed), seed), USERS, PLACES) for seed in seeds]  # noqa: S311
    judged = judge(folder, tenants)
    verdicts = {verdict for verdict, _, _ in judged.verdicts.values()}
    kinds = {kind for gaps in judged.gaps.values() for kind, _, _ in gaps}
    # Sets that never come to something would prove nothing of it.
    assert verdicts == {"protected", "partial", "exposed", "unknown"}
    assert kinds >= {"app", "client", "platform", "location", "weaker_control", "group", "user", "other_condition"}
    for tenant in tenants:
        yield from _differences_of(tenant, judged)


def _differences_of(tenant: Tenant, judged: Judged) -> Iterator[str]:
    tried = try_tenant(tenant)
    people, answers = tried.people, tried.answers
    for person, answer in zip(people, answers, strict=True):
        expected, found = tried.expected(answer), judged.verdicts[tenant.id, person.id]
        if expected != found:
            yield f"{tenant.id} {person.id}: expected {expected}, found {found}"
    gaps = judged.gaps[tenant.id]
    open_people = [person for person, answer in zip(people, answers, strict=True) if answer.open_sign_ins]
    is_open = tried.is_somebody_asked and bool(open_people)
    known = {person.outsider for person in open_people}
    # Outsiders of whom there is none have gaps too.
    inside = {gap for gap in gaps if gap[0] != "external" or gap[1] in known}
    if bool(inside) != is_open:
        yield f"{tenant.id}: open {is_open}, gaps {gaps}"
    for kind, subject, _ in inside:
        if not any(_bears_out(kind, subject, person, answer) for person, answer in zip(people, answers, strict=True)):
            yield f"{tenant.id}: gap {kind} {subject} without a sign-in"


def _bears_out(kind: str, subject: str, person: Person, answer: Answer) -> bool:
    """Whether the person has an open sign-in of which the gap is true."""
    rest = {"app": "unnamed app", "location": "elsewhere", "platform": PLATFORMS[-1]}.get(kind)
    for sign_in in answer.open_sign_ins:
        if kind == "app" and subject != "application_filter":
            names = {name.lower().removeprefix("unnamed app of ") for name in sign_in.apps}
        elif kind == "client":
            names = {sign_in.client.lower()}
        elif kind == "platform":
            names = {sign_in.platform.lower()}
        elif kind == "location":
            names = {name.lower() for name in sign_in.places}
        elif kind == "user" and subject != "not_included":
            names = {person.id}
        elif kind == "group":
            names = {*person.groups, *person.roles}
        else:
            return True
        if subject in names or (subject == "*" and (rest in names or _is_rest(kind, sign_in.apps))):
            return True
    return False


def _is_rest(kind: str, apps: frozenset[str]) -> bool:
    """Exchange, where no policy names it, is one of the apps that none names."""
    return kind == "app" and EXCHANGE in apps


def _policies(chance: random.Random, seed: int) -> list[dict[str, Any]]:
    return [_policy(chance, f"p-{seed}-{number}") for number in range(chance.randint(1, 4))]


def _policy(chance: random.Random, policy_id: str) -> dict[str, Any]:
    return {
        "id": policy_id,
        "displayName": policy_id,
        "state": chance.choices(("enabled", "disabled", "enabledForReportingButNotEnforced"), (12, 1, 1))[0],
        "conditions": {
            "users": _users(chance),
            "applications": _apps(chance),
            "clientAppTypes": _clients(chance),
            "platforms": _sides(chance, "Platforms", ("android", "iOS", "windows", "macOS", "linux"), "all"),
            "locations": _sides(chance, "Locations", (OFFICE, HOME, GONE, "AllTrusted"), "All"),
            **_circumstances(chance),
        },
        "grantControls": _grant(chance),
        "sessionControls": None,
    }


def _users(chance: random.Random) -> dict[str, Any]:
    users: dict[str, Any] = {
        f"{side}{kind}": [] for side in ("include", "exclude") for kind in ("Users", "Groups", "Roles")
    }
    users |= {"includeGuestsOrExternalUsers": None, "excludeGuestsOrExternalUsers": None}
    if chance.random() < 0.6:
        users["includeUsers"] = ["All"]
    else:
        users["includeUsers"] = chance.sample(("u-plain", "u-first", "u-both"), chance.randint(0, 2))
        users["includeGroups"] = chance.sample(GROUPS, chance.randint(0, 2))
        users["includeRoles"] = chance.sample(ROLES, chance.randint(0, 1))
        if chance.random() < 0.1:
            users["includeUsers"].append("GuestsOrExternalUsers")
    if chance.random() < 0.35:
        kind, names = chance.choice((("Users", ("u-plain", "u-admin", "GuestsOrExternalUsers")), ("Groups", GROUPS), ("Roles", ROLES)))
        users[f"exclude{kind}"] = [chance.choice(names)]
    if chance.random() < 0.08:
        users["excludeGuestsOrExternalUsers"] = {
            "guestOrExternalUserTypes": "b2bCollaborationGuest,b2bCollaborationMember",
            "externalTenants": {"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants",
                                "membershipKind": "all"},
        }  # fmt: skip
    return users


def _apps(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.6:
        apps = {"includeApplications": ["All"]}
        apps["excludeApplications"] = chance.sample(APPS, chance.choice((0, 0, 1, 2)))
    else:
        apps = {"includeApplications": chance.sample(APPS, chance.randint(1, 3)), "excludeApplications": []}
    is_filtered = chance.random() < 0.05
    return {
        **apps,
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": {"mode": "exclude", "rule": "CustomSecurityAttribute.a -eq 1"} if is_filtered else None,
    }


def _clients(chance: random.Random) -> list[str]:
    return ["all"] if chance.random() < 0.55 else sorted(chance.sample(CLIENTS, chance.randint(1, 3)))


def _sides(chance: random.Random, kind: str, names: Sequence[str], everything: str) -> dict[str, list[str]] | None:
    if chance.random() < 0.75:
        return None
    if chance.random() < 0.5:
        excluded = chance.sample(names, chance.randint(0, 2))
        return {f"include{kind}": [everything], f"exclude{kind}": excluded}
    return {f"include{kind}": chance.sample(names, chance.randint(1, 2)), f"exclude{kind}": []}


def _circumstances(chance: random.Random) -> Mapping[str, Any]:
    usual = {
        "devices": None, "signInRiskLevels": [], "userRiskLevels": [], "authenticationFlows": None,
        "insiderRiskLevels": None, "clientApplications": None,
    }  # fmt: skip
    unusual = (
        {"signInRiskLevels": ["high"]},
        {"userRiskLevels": ["high", "medium"]},
        {"devices": {"deviceFilter": {"mode": "exclude", "rule": 'device.trustType -eq "AzureAD"'}}},
        {"authenticationFlows": {"transferMethods": "deviceCodeFlow"}},
        {"agents": {"includeAgents": ["All"]}},
    )
    return {**usual, **(chance.choice(unusual) if chance.random() < 0.12 else {})}


def _grant(chance: random.Random) -> dict[str, Any] | None:
    controls, strength, factors, terms = chance.choices(
        (
            (["mfa"], None, [], []),
            (["block"], None, [], []),
            (["mfa", "compliantDevice"], None, [], []),
            (["compliantDevice"], None, [], []),
            (["domainJoinedDevice", "passwordChange"], None, [], []),
            ([], PASSKEY, [], []),
            ([], PASSWORD, [], []),
            ([], None, ["duo"], []),
            (["mfa"], None, ["duo"], []),
            ([], None, [], ["terms"]),
            (["mfa"], None, [], ["terms"]),
            (None, None, [], []),
        ),
        (30, 10, 8, 3, 1, 5, 2, 3, 2, 1, 2, 1),
    )[0]
    if controls is None:
        return None
    return {
        "operator": chance.choice(("OR", "AND")),
        "builtInControls": controls,
        "customAuthenticationFactors": factors,
        "termsOfUse": terms,
        "authenticationStrength": strength
        and {
            "id": "00000000-0000-0000-0000-000000000004",
            "displayName": "A strength",
            "requirementsSatisfied": "mfa" if strength == PASSKEY else "none",
            "allowedCombinations": strength,
        },
    }

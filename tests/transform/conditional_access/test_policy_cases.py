"""The table of cases: verdict, reason and gaps of each, as Microsoft's documentation has it."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.transform.conditional_access.brute_force import try_tenant
from tests.transform.conditional_access.judged import Judged, Tenant, User, judge

CASES = yaml.safe_load((Path(__file__).parent / "conditional_access_cases.yaml").read_text(encoding="utf-8"))
# Cases that rest on nothing but what policies say of a sign-in.
TRIED = [
    case
    for case in CASES
    if not {"states", "security_defaults"} & case.keys() and not {"capable", "population"} & case.get("user", {}).keys()
]
NAMES = {
    "ann": "aaaaaaaa-0000-4000-8000-000000000001",
    "bob": "aaaaaaaa-0000-4000-8000-000000000002",
    "staff": "bbbbbbbb-0000-4000-8000-000000000001",
    "exempt": "bbbbbbbb-0000-4000-8000-000000000002",
    "second": "bbbbbbbb-0000-4000-8000-000000000003",
    "nobody": "bbbbbbbb-0000-4000-8000-000000000004",
    "global-admin": "62e90394-69f5-4237-9190-012177145e10",
    "sync": "d29b2b05-8046-44ba-8758-1e26182fcf32",
    "exchange": "00000002-0000-0ff1-ce00-000000000000",
    "payroll": "6f5d9a5e-6d34-4f8e-9f60-3f1f0a1c7b21",
    "expenses": "c3ab2f08-51f0-4a75-8f43-6a54c0a6e5d9",
    "office": "cccccccc-0000-4000-8000-000000000001",
    "cafe": "cccccccc-0000-4000-8000-000000000002",
}
WORDS = {value: word for word, value in NAMES.items()}
PLACES = (
    {"@odata.type": "#microsoft.graph.ipNamedLocation", "id": NAMES["office"], "displayName": "Office",
     "isTrusted": True},
    {"@odata.type": "#microsoft.graph.countryNamedLocation", "id": NAMES["cafe"], "displayName": "Cafe"},
)  # fmt: skip
POLICY_WORDS = {
    "state", "users", "groups", "roles", "exclude_users", "exclude_groups", "exclude_roles", "exclude_outsiders",
    "exclude_tenants", "workloads", "apps", "exclude_apps", "app_filter", "user_actions", "contexts", "clients",
    "platforms", "exclude_platforms", "places", "exclude_places", "sign_in_risk", "user_risk", "device_filter", "flow",
    "unknown", "grant", "strength", "satisfies", "factors", "terms",
}  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """All cases, judged at once."""
    return judge(tmp_path_factory.mktemp("cases"), [_tenant(case) for case in CASES])


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_case_has_its_verdict_reason_and_gaps(judged: Judged, case: dict[str, Any]) -> None:
    verdict, reason, *gaps = case["expect"]
    tenant = _tenant(case)
    found = judged.verdicts[tenant.id, NAMES["ann"]]
    assert found[:2] == (verdict, reason)
    named = {
        f"{kind}:{WORDS.get(subject, subject)}{' accepted' if is_accepted else ''}".lower()
        for kind, subject, is_accepted in judged.gaps[tenant.id]
    }
    assert named == {gap.lower() for gap in gaps}


@pytest.mark.parametrize("case", TRIED, ids=[case["case"] for case in TRIED])
def test_case_is_what_trying_every_sign_in_says(case: dict[str, Any]) -> None:
    tried = try_tenant(_tenant(case))
    assert tried.expected(tried.answers[0])[:2] == tuple(case["expect"][:2])


def test_cases_are_many_and_each_its_own() -> None:
    assert len({case["case"] for case in CASES}) == len(CASES) >= 80


def _tenant(case: dict[str, Any]) -> Tenant:
    tenant_id = re.sub("[^a-z]+", "-", case["case"].lower())
    user = case.get("user", {})
    ann = User(
        NAMES["ann"],
        user.get("population", "member"),
        user.get("outsider"),
        _ids(user.get("groups", ())),
        _ids(user.get("roles", ())),
        user.get("capable", True),
        user.get("external_method", False),
    )
    return Tenant(
        tenant_id,
        [_policy(f"{tenant_id}-{number}", words) for number, words in enumerate(case["policies"])],
        (ann, User(NAMES["bob"])),
        PLACES,
        case.get("security_defaults", False),
        case.get("never_had_p1", False),
        case.get("states", {}),
        [_gap_id(tenant_id, gap) for gap in case.get("accepted", ())],
    )


def _gap_id(tenant_id: str, gap: str) -> str:
    kind, subject = gap.split(":")
    return hashlib.sha256(f"{tenant_id}|{kind}|{NAMES.get(subject, subject)}".encode()).hexdigest()[:16]


def _ids(words: Any) -> list[str]:
    return [NAMES.get(word, word) for word in words]


def _policy(policy_id: str, words: dict[str, Any]) -> dict[str, Any]:
    assert words.keys() <= POLICY_WORDS, words
    outsiders = words.get("exclude_outsiders")
    tenants = words.get("exclude_tenants")
    return {
        "id": policy_id,
        "displayName": policy_id,
        "state": words.get("state", "enabled"),
        "conditions": {
            "users": {
                "includeUsers": _ids(words.get("users", ["All"])),
                "excludeUsers": _ids(words.get("exclude_users", ())),
                "includeGroups": _ids(words.get("groups", ())),
                "excludeGroups": _ids(words.get("exclude_groups", ())),
                "includeRoles": _ids(words.get("roles", ())),
                "excludeRoles": _ids(words.get("exclude_roles", ())),
                "includeGuestsOrExternalUsers": None,
                "excludeGuestsOrExternalUsers": outsiders
                and {
                    "guestOrExternalUserTypes": outsiders,
                    "externalTenants": {"membershipKind": "enumerated", "members": tenants}
                    if tenants
                    else {"membershipKind": "all"},
                },
            },
            "applications": {
                "includeApplications": _ids(words.get("apps", ["All"])),
                "excludeApplications": _ids(words.get("exclude_apps", ())),
                "includeUserActions": words.get("user_actions", []),
                "includeAuthenticationContextClassReferences": words.get("contexts", []),
                "applicationFilter": {"mode": "exclude", "rule": words["app_filter"]}
                if "app_filter" in words
                else None,
            },
            "clientAppTypes": words.get("clients", ["all"]),
            "platforms": _sides("Platforms", words, "platforms"),
            "locations": _sides("Locations", words, "places"),
            "signInRiskLevels": words.get("sign_in_risk", []),
            "userRiskLevels": words.get("user_risk", []),
            "devices": {"deviceFilter": {"mode": "exclude", "rule": words["device_filter"]}}
            if "device_filter" in words
            else None,
            "authenticationFlows": {"transferMethods": words["flow"]} if "flow" in words else None,
            "clientApplications": {"includeServicePrincipals": words["workloads"]} if "workloads" in words else None,
            **words.get("unknown", {}),
        },
        "grantControls": _grant(words),
    }


def _sides(kind: str, words: dict[str, Any], name: str) -> dict[str, list[str]] | None:
    if name not in words:
        return None
    return {f"include{kind}": _ids(words[name]), f"exclude{kind}": _ids(words.get(f"exclude_{name}", ()))}


def _grant(words: dict[str, Any]) -> dict[str, Any] | None:
    proofs = {"strength", "factors", "terms"} & words.keys()
    grant = words.get("grant", [] if proofs else ["mfa"])
    if grant is None:
        return None
    operator, controls = "OR", grant
    if isinstance(grant, dict):
        ((join, controls),) = grant.items()
        operator = {"all of": "AND", "none of": None}[join]
    return {
        "operator": operator,
        "builtInControls": controls,
        "customAuthenticationFactors": words.get("factors", []),
        "termsOfUse": words.get("terms", []),
        "authenticationStrength": {
            "id": "dddddddd-0000-4000-8000-000000000001",
            "displayName": "A strength",
            "requirementsSatisfied": words.get("satisfies", "mfa"),
            "allowedCombinations": words["strength"],
        }
        if "strength" in words
        else None,
    }

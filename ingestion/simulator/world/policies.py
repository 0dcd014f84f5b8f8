"""Conditional Access policies as planned, and their Graph records on one day."""

from dataclasses import dataclass, field
from datetime import date

from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import Steps, last_change, stamp

ENABLED = "enabled"
DISABLED = "disabled"
REPORT_ONLY = "enabledForReportingButNotEnforced"
POLICY_CREATED = date(2025, 9, 1)
MFA_STRENGTH_ID = "00000000-0000-0000-0000-000000000002"


@dataclass
class Policy:
    """One policy: whom and what it covers, what it asks for, and its state over time."""

    id: str
    name: str
    state: Steps[str] = field(default_factory=lambda: Steps(ENABLED))
    include_users: tuple[str, ...] = ("All",)
    exclude_users: tuple[str, ...] = ()
    include_groups: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    include_roles: tuple[str, ...] = ()
    include_apps: tuple[str, ...] = ("All",)
    controls: tuple[str, ...] = ("mfa",)
    operator: str = "OR"
    has_strength: bool = False
    sign_in_risk: tuple[str, ...] = ()
    client_app_types: tuple[str, ...] = ("all",)
    later_exclusions: list[tuple[date, str]] = field(default_factory=list)

    @property
    def requires_mfa(self) -> bool:
        """True when nothing weaker than MFA satisfies the policy."""
        if self.has_strength:
            return self.operator == "AND" or not self.controls
        return "mfa" in self.controls and (self.operator == "AND" or self.controls == ("mfa",))

    @property
    def blocks_legacy_clients(self) -> bool:
        """True when old protocols are blocked for everybody everywhere."""
        return (
            self.controls == ("block",)
            and self.include_users == ("All",)
            and "All" in self.include_apps
            and not self.sign_in_risk
            and {"exchangeActiveSync", "other"} <= set(self.client_app_types)
        )

    def excluded_users(self, day: date) -> tuple[str, ...]:
        """Users left out on that day."""
        return self.exclude_users + tuple(user for since, user in self.later_exclusions if since <= day)

    @property
    def covers_every_sign_in(self) -> bool:
        """True when it reaches all apps, all clients and is not limited to risky sign-ins."""
        return "All" in self.include_apps and not self.sign_in_risk and self.client_app_types == ("all",)


def policy_record(policy: Policy, day: date) -> Record:
    """The Graph policy on that day."""
    return {
        "id": policy.id,
        "displayName": policy.name,
        "state": policy.state.at(day),
        "createdDateTime": stamp(POLICY_CREATED),
        "modifiedDateTime": stamp(
            max(
                last_change(day, POLICY_CREATED, policy.state),
                *(since for since, _ in policy.later_exclusions if since <= day),
                POLICY_CREATED,
            )
        ),
        "description": None,
        "templateId": None,
        "conditions": {
            "users": {
                "includeUsers": list(policy.include_users),
                "excludeUsers": list(policy.excluded_users(day)),
                "includeGroups": list(policy.include_groups),
                "excludeGroups": list(policy.exclude_groups),
                "includeRoles": list(policy.include_roles),
                "excludeRoles": [],
                "includeGuestsOrExternalUsers": None,
                "excludeGuestsOrExternalUsers": None,
            },
            "applications": {
                "includeApplications": list(policy.include_apps),
                "excludeApplications": [],
                "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [],
            },
            "clientAppTypes": list(policy.client_app_types),
            "platforms": None,
            "locations": None,
            "devices": None,
            "signInRiskLevels": list(policy.sign_in_risk),
            "userRiskLevels": [],
            "authenticationFlows": None,
            "clientApplications": None,
            "insiderRiskLevels": None,
        },
        "grantControls": {
            "operator": policy.operator,
            "builtInControls": list(policy.controls),
            "customAuthenticationFactors": [],
            "termsOfUse": [],
            "authenticationStrength": {
                "id": MFA_STRENGTH_ID,
                "displayName": "Multifactor authentication",
                "requirementsSatisfied": "mfa",
            }
            if policy.has_strength
            else None,
        },
        "sessionControls": None,
    }


def security_defaults_record(is_enabled: bool) -> Record:
    """The security-defaults singleton."""
    return {
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "description": "Basic protections that Microsoft turns on",
        "isEnabled": is_enabled,
    }

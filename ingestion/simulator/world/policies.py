"""Conditional Access policies as planned, and their Graph records on one day."""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import Steps, last_change, stamp

ENABLED = "enabled"
DISABLED = "disabled"
REPORT_ONLY = "enabledForReportingButNotEnforced"
POLICY_CREATED = date(2025, 9, 1)
MFA_STRENGTH_ID = "00000000-0000-0000-0000-000000000002"


@dataclass(frozen=True)
class NamedLocation:
    """A place that policies name: a list of addresses, trusted or not, or a list of countries."""

    id: str
    name: str
    is_trusted: bool = False
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """What the enabled policies of a tenant leave out: an app, a user, a group, a weaker control."""

    kind: str
    subject: str
    since: date = date.min

    def gap_id(self, tenant_id: str) -> str:
        """The published id: the first 16 hex digits of the hash of its identity."""
        return sha256(f"{tenant_id}|{self.kind}|{self.subject}".encode()).hexdigest()[:16]


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
    exclude_apps: tuple[str, ...] = ()
    app_filter: str | None = None
    include_platforms: tuple[str, ...] = ()
    exclude_platforms: tuple[str, ...] = ()
    include_locations: tuple[str, ...] = ()
    exclude_locations: tuple[str, ...] = ()
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

    def excluded_users(self, day: date) -> tuple[str, ...]:
        """Users left out on that day."""
        return self.exclude_users + tuple(user for since, user in self.later_exclusions if since <= day)


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
                "excludeApplications": list(policy.exclude_apps),
                "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [],
                "applicationFilter": {"mode": "exclude", "rule": policy.app_filter} if policy.app_filter else None,
            },
            "clientAppTypes": list(policy.client_app_types),
            "platforms": _sides("Platforms", policy.include_platforms, policy.exclude_platforms),
            "locations": _sides("Locations", policy.include_locations, policy.exclude_locations),
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


def _sides(kind: str, include: tuple[str, ...], exclude: tuple[str, ...]) -> Record | None:
    """A condition with two lists; null where it is not set."""
    return {f"include{kind}": list(include), f"exclude{kind}": list(exclude)} if include or exclude else None


def security_defaults_record(is_enabled: bool) -> Record:
    """The security-defaults singleton."""
    return {
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "description": "Basic protections that Microsoft turns on",
        "isEnabled": is_enabled,
    }


def location_record(location: NamedLocation) -> Record:
    """The Graph named location of its kind; a country has no `isTrusted`."""
    record = {
        "id": location.id,
        "displayName": location.name,
        "createdDateTime": stamp(POLICY_CREATED),
        "modifiedDateTime": stamp(POLICY_CREATED),
        "deletedDateTime": None,
    }
    if location.countries:
        return {
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            **record,
            "countriesAndRegions": list(location.countries),
            "countryLookupMethod": "clientIpAddress",
            "includeUnknownCountriesAndRegions": False,
        }
    address = {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}
    return {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        **record,
        "isTrusted": location.is_trusted,
        "ipRanges": [address],
    }

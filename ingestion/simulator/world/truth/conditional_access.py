"""What a tenant's Conditional Access policies do to a person, tried sign-in by sign-in.

Every policy is asked about every sign-in, as Microsoft describes it: all conditions of a policy must hold, exclusion
beats inclusion, every policy that applies must be satisfied, a block ends it. The records are those that Graph answers.
Source: https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-conditional-access-policies
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ingestion.simulator.world.shapes import Record

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
MFA_TRUSTED_ADDRESSES = "00000000-0000-0000-0000-000000000000"
# Apps that the two names of Microsoft's stand for; each also has some that nobody names alone.
SUITES = {
    "Office365": (EXCHANGE, "00000003-0000-0ff1-ce00-000000000000", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"),
    "MicrosoftAdminPortals": ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "00000006-0000-0ff1-ce00-000000000000"),
}
CLIENTS = ("browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other")
LEGACY = CLIENTS[2:]
# The last one stands for Chrome OS and whatever else has no name.
PLATFORMS = ("android", "iOS", "windows", "windowsPhone", "macOS", "linux", "unnamed")
DEVICE_STATES = frozenset(("compliantDevice", "domainJoinedDevice"))
# Ways to satisfy a demand, the strongest last. A block is none of them.
NOTHING, WEAKER, OUTSIDE, MFA, BLOCKED = "nothing", "weaker", "outside", "mfa", "blocked"
_STRENGTH = (NOTHING, WEAKER, OUTSIDE, MFA, BLOCKED)
# Alone no second proof.
SINGLE = frozenset(
    ("password", "sms", "voice", "email", "federatedSingleFactor", "x509CertificateSingleFactor", "qrCodePin",
     "softwareOath", "hardwareOath")
)  # fmt: skip
USUAL_CONDITIONS = frozenset(
    ("users", "applications", "clientAppTypes", "platforms", "locations", "clientApplications",
     "servicePrincipalRiskLevels")
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Who signs in: id, groups (nested ones too), active roles over the tenant, kind of outsider."""

    id: str
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    outsider: str | None = None


@dataclass(frozen=True)
class SignIn:
    """One way to sign in: an app with every name that stands for it, a client, a platform, a place with its names."""

    apps: frozenset[str]
    client: str
    platform: str
    places: frozenset[str]
    is_unnamed: bool


@dataclass
class Answer:
    """How many ways to sign in end how, and which of them end in nothing or in less than MFA."""

    ends: Counter[str] = field(default_factory=Counter)
    is_asked: bool = False
    open_sign_ins: list[SignIn] = field(default_factory=list)
    outside_sign_ins: list[SignIn] = field(default_factory=list)

    @property
    def is_safe(self) -> bool:
        """Every sign-in is blocked or asks for MFA."""
        return set(self.ends) <= {MFA, BLOCKED}

    @property
    def is_outside(self) -> bool:
        """What is not safe asks for another vendor's factor."""
        return not self.is_safe and set(self.ends) <= {MFA, BLOCKED, OUTSIDE}


def enabled_for_users(policies: Sequence[Record]) -> list[Record]:
    """Enabled policies that can reach a user: none for service principals or agents."""
    return [policy for policy in policies if policy["state"] == "enabled" and _is_for_users(policy)]


def asks(policy: Record) -> bool:
    """Whether a policy asks for more than a password and a click, in whatever circumstances."""
    return effect(policy, CLIENTS[0]) not in (NOTHING, BLOCKED)


def try_all(policies: Sequence[Record], person: Person, places: Sequence[Record]) -> Answer:
    """Every sign-in of a person against all policies."""
    at_work = enabled_for_users(policies)
    answer = Answer()
    for sign_in in sign_ins(at_work, places):
        applying = [policy for policy in at_work if applies(policy, person, sign_in)]
        certain = [effect(policy, sign_in.client) for policy in applying if not is_circumstantial(policy)]
        perhaps = [effect(policy, sign_in.client) for policy in applying if is_circumstantial(policy)]
        end = max(certain, key=_STRENGTH.index, default=NOTHING)
        answer.ends[end] += 1
        if end in (WEAKER, OUTSIDE, MFA) or (
            end == NOTHING and any(what not in (NOTHING, BLOCKED) for what in perhaps)
        ):
            answer.is_asked = True
        if end in (NOTHING, WEAKER):
            answer.open_sign_ins.append(sign_in)
        elif end == OUTSIDE:
            answer.outside_sign_ins.append(sign_in)
    return answer


def sign_ins(policies: Sequence[Record], places: Sequence[Record]) -> Iterator[SignIn]:
    """Every kind of sign-in that the policies could tell apart, and one of each kind that they do not name."""
    apps: set[str] = set()
    named_places: set[str] = set()
    for policy in policies:
        conditions = policy["conditions"]
        apps |= {*conditions["applications"]["includeApplications"], *conditions["applications"]["excludeApplications"]}
        if conditions["locations"]:
            locations = conditions["locations"]
            named_places |= {*locations["includeLocations"], *(locations.get("excludeLocations") or ())}
    targets = [frozenset({"unnamed app"})]
    unnamed_apps = {"unnamed app"} if apps & {EXCHANGE, "Office365"} else {"unnamed app", EXCHANGE}
    if EXCHANGE not in apps:
        # Somebody's mail is an app like another, and belongs to the suite.
        apps.add(EXCHANGE)
    for app in sorted(apps - {"All", "None"}):
        inside = app if app not in SUITES else f"unnamed app of {app}"
        targets.append(frozenset({inside, *(suite for suite, members in SUITES.items() if app in (suite, *members))}))
    trusted = {place["id"] for place in places if place.get("isTrusted")}
    known = {place["id"] for place in places}
    spots = [frozenset({"elsewhere"})]
    for place in sorted(named_places - {"All"}):
        if place == "AllTrusted":
            spots.append(frozenset({"another trusted place", "AllTrusted"}))
        elif place == MFA_TRUSTED_ADDRESSES or place in trusted:
            spots.append(frozenset({place, "AllTrusted"}))
        else:
            spots.append(frozenset({place} if place in known else {place, "perhaps AllTrusted"}))
    for app, client, platform, spot in product(targets, CLIENTS, PLATFORMS, spots):
        # Exchange ActiveSync is a protocol of Exchange Online.
        if client != "exchangeActiveSync" or EXCHANGE in app:
            is_unnamed = bool(app & unnamed_apps) and platform == PLATFORMS[-1] and spot == spots[0]
            yield SignIn(app, client, platform, spot, is_unnamed)


def applies(policy: Record, person: Person, sign_in: SignIn) -> bool:
    """Whether all conditions hold that a sign-in decides; circumstances such as risk are told by themselves."""
    conditions = policy["conditions"]
    return (
        includes(conditions["users"], person)
        and _app_matches(conditions["applications"], sign_in.apps)
        and _client_matches(conditions["clientAppTypes"], sign_in.client)
        and _platform_matches(conditions["platforms"], sign_in.platform)
        and _place_matches(conditions["locations"], sign_in.places)
    )


def includes(users: Record, person: Person) -> bool:
    """Whether the policy is for the person: named in some way, and in no way excluded."""
    return _names("include", users, person) and not _names("exclude", users, person)


def is_circumstantial(policy: Record) -> bool:
    """Whether something beyond user, app, client, platform and place must hold, or something that nobody knows."""
    conditions = policy["conditions"]
    apps, users = conditions["applications"], conditions["users"]
    usual_apps = {"includeApplications", "excludeApplications", "includeUserActions",
                  "includeAuthenticationContextClassReferences"}  # fmt: skip
    usual_users = {f"{side}{kind}" for side in ("include", "exclude") for kind in
                   ("Users", "Groups", "Roles", "GuestsOrExternalUsers")}  # fmt: skip
    return any(
        _says(value)
        for part, usual in ((conditions, USUAL_CONDITIONS), (apps, usual_apps), (users, usual_users))
        for name, value in part.items()
        if name not in usual
    )


def effect(policy: Record, client: str) -> str:
    """What the policy does to a sign-in that it applies to, by the weakest way to satisfy it."""
    grant = policy["grantControls"]
    if not grant:
        return NOTHING
    ways = list(_ways(grant))
    if "block" in grant["builtInControls"]:
        return BLOCKED
    if not ways:
        return NOTHING
    needs_all = grant["operator"] == "AND"
    if client in LEGACY:
        # No second factor and no device state with such a client; ActiveSync shows no terms and no other page either.
        impossible = {MFA, "device"} | ({OUTSIDE, "terms"} if client == "exchangeActiveSync" else set())
        if (any if needs_all else all)(way in impossible for way in ways):
            return BLOCKED
    if needs_all:
        strongest = MFA if MFA in ways else OUTSIDE if OUTSIDE in ways else None
        if strongest:
            return strongest
    elif set(ways) == {MFA}:
        return MFA
    elif set(ways) <= {MFA, OUTSIDE}:
        return OUTSIDE
    return WEAKER if set(ways) - {"terms", "single"} else NOTHING


def _ways(grant: Record) -> Iterator[str]:
    for control in grant["builtInControls"]:
        if control == "mfa":
            yield MFA
        elif control != "block":
            yield "device" if control in DEVICE_STATES else "other"
    strength = grant.get("authenticationStrength")
    if strength:
        combinations = strength.get("allowedCombinations") or ()
        is_mfa = strength["requirementsSatisfied"] == "mfa" and not SINGLE.intersection(combinations)
        yield MFA if is_mfa else "single"
    for _ in grant.get("customAuthenticationFactors") or ():
        yield OUTSIDE
    for _ in grant.get("termsOfUse") or ():
        yield "terms"


def _is_for_users(policy: Record) -> bool:
    conditions = policy["conditions"]
    if _says(conditions.get("clientApplications")) or conditions.get("servicePrincipalRiskLevels"):
        return False
    users = conditions["users"]
    named = [name for name in users["includeUsers"] if name in ("All", "GuestsOrExternalUsers") or "-" in name]
    outsiders = users.get("includeGuestsOrExternalUsers")
    return bool(named or users["includeGroups"] or users["includeRoles"] or outsiders)


def _names(side: str, users: Record, person: Person) -> bool:
    words = users[f"{side}Users"]
    if person.id in words or (side == "include" and "All" in words):
        return True
    if not person.groups.isdisjoint(users[f"{side}Groups"]) or not person.roles.isdisjoint(users[f"{side}Roles"]):
        return True
    if person.outsider is None:
        return False
    outsiders = users.get(f"{side}GuestsOrExternalUsers") or {}
    kinds = (outsiders.get("guestOrExternalUserTypes") or "").split(",")
    return "GuestsOrExternalUsers" in words or person.outsider in kinds


def _app_matches(apps: Record, names: frozenset[str]) -> bool:
    included = "All" in apps["includeApplications"] or not names.isdisjoint(apps["includeApplications"])
    return included and names.isdisjoint(apps["excludeApplications"])


def _client_matches(clients: Sequence[str], client: str) -> bool:
    return not clients or "all" in clients or client in clients


def _platform_matches(platforms: Record | None, platform: str) -> bool:
    if not platforms:
        return True
    included = platforms["includePlatforms"]
    excluded = platforms.get("excludePlatforms") or ()
    return (not included or "all" in included or platform in included) and platform not in excluded


def _place_matches(locations: Record | None, places: frozenset[str]) -> bool:
    if not locations:
        return True
    included, excluded = locations["includeLocations"], locations.get("excludeLocations") or ()
    if not places.isdisjoint(excluded) or ("perhaps AllTrusted" in places and "AllTrusted" in excluded):
        return False
    return not included or "All" in included or not places.isdisjoint(included)


def _says(value: Any) -> bool:
    """Whether a condition is set at all."""
    if isinstance(value, dict):
        return any(_says(item) for name, item in value.items() if "@" not in name)
    return value not in (None, "", [], "none")

"""The scenarios' world: the small world and, beside it, tenants that are odd, empty, large or very many."""

from dataclasses import fields, replace
from datetime import date
from functools import cache
from typing import Any

from ingestion.simulator.world import Snapshot, TenantSnapshot
from ingestion.simulator.world import generate as generate_small
from tests.ingestion.scenarios.planted import planted

CROWD_SIZE = 300
LARGE_USER_COUNT = 60_000
RICH = "00000000-0000-4000-8000-00000000dddd"
STRANGE = "00000000-0000-4000-8000-00000000aaaa"
EMPTY = "00000000-0000-4000-8000-00000000bbbb"
LARGE = "00000000-0000-4000-8000-00000000cccc"
CROWD = tuple(f"00000000-0000-4000-9000-{number:012d}" for number in range(CROWD_SIZE))
# Sign-in names as directories really hold them: guests, apostrophes, quotes, marks of the URL syntax, no ASCII.
STRANGE_NAMES = (
    "lena_partner.example#EXT#@strange.example",
    "o'brien@strange.example",
    "d''arcy%41@strange.example",
    "party\N{PARTY POPPER}@strange.example",
    "family\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}@strange.example",
    "zoë+tag&sales=1?a/b@strange.example",
    'quo"te\\back@strange.example',
    "tab\there@strange.example",
    "line\nbreak@strange.example",
    "\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}t\N{LATIN SMALL LETTER E WITH ACUTE}@strange.example",
    "\N{RIGHT-TO-LEFT OVERRIDE}gro.live@strange.example",
    "null@strange.example",
)


class ScenarioWorld:
    """The small world plus this module's tenants, which never change with the day."""

    def __init__(self, seed: int) -> None:
        self._small = generate_small(seed, "small")
        self._large = generate_small(seed, f"load:{LARGE_USER_COUNT}")
        self.observation_dates = self._small.observation_dates
        self.credentials = self._small.credentials
        self._days: dict[date, Snapshot] = {}
        self._added: dict[str, TenantSnapshot] = {}

    def at(self, day: date) -> Snapshot:
        """What the vendors hold on that day."""
        if day not in self._days:
            small = self._small.at(day)
            self._added = self._added or self._additions()
            self._days[day] = replace(small, tenants={**small.tenants, **self._added})
        return self._days[day]

    def _additions(self) -> dict[str, TenantSnapshot]:
        tenants = self._small.at(self.observation_dates[0]).tenants
        customer_id, customer = _first(tenants, has_p1=True)
        plain_id, plain = _first(tenants, has_p1=False)
        large_id, large = next(iter(self._large.at(self.observation_dates[0]).tenants.items()))
        msp_id, msp = next((name, found) for name, found in tenants.items() if found.mailboxes)
        added = {
            RICH: planted(_told(msp, {msp_id: RICH, "harborvine": "rich"})),
            STRANGE: _strange(_told(customer, {customer_id: STRANGE, "alder": "strange"})),
            EMPTY: _without_people(_told(customer, {customer_id: EMPTY, "alder": "empty"})),
            LARGE: _told_tenant_only(large, large_id, LARGE),
        }
        for number, tenant_id in enumerate(CROWD):
            # The object ids stay the same in all of them: rows of two tenants must not meet.
            added[tenant_id] = _told(plain, {plain_id: tenant_id, "bjork": f"crowd{number}"})
        return added


@cache
def generate(seed: int = 7, size: str = "") -> ScenarioWorld:
    """The world; `size` is the simulator's and has no meaning here."""
    return ScenarioWorld(seed)


def _first(tenants: dict[str, TenantSnapshot], *, has_p1: bool) -> tuple[str, TenantSnapshot]:
    """The first customer tenant with or without P1."""
    return next((name, found) for name, found in tenants.items() if found.has_p1 is has_p1 and not found.mailboxes)


def _told(tenant: TenantSnapshot, words: dict[str, str]) -> TenantSnapshot:
    """A copy of a tenant in which words are replaced wherever they stand."""
    return replace(tenant, **{item.name: _replaced(getattr(tenant, item.name), words) for item in fields(tenant)})


def _told_tenant_only(tenant: TenantSnapshot, old: str, new: str) -> TenantSnapshot:
    """The tenant under another id; its people are shared, not copied, for they are many."""
    words = {old: new}
    collections = {
        name: rows if len(rows) > LARGE_USER_COUNT // 2 else _replaced(rows, words)
        for name, rows in tenant.collections.items()
    }
    return replace(tenant, collections=collections, mailboxes={})


def _replaced(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, str):
        for old, new in words.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, dict):
        return {_replaced(key, words): _replaced(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, words) for item in value]
    return value


def _strange(tenant: TenantSnapshot) -> TenantSnapshot:
    """Users and their registrations under the odd names, one after the other."""
    users, names = [], {}
    for user, name in zip(tenant.collections["users"], STRANGE_NAMES, strict=False):
        names[user["id"]] = name
        is_guest = "#EXT#" in name
        odd = {"userPrincipalName": name, "displayName": name.partition("@")[0], "mail": None if is_guest else name}
        users.append({**user, **odd, "userType": "Guest" if is_guest else user["userType"]})
    users += tenant.collections["users"][len(users) :]
    registrations = [
        {**row, "userPrincipalName": names.get(row["id"], row["userPrincipalName"])}
        for row in tenant.collections["userRegistrationDetails"]
    ]
    return replace(tenant, collections={**tenant.collections, "users": users, "userRegistrationDetails": registrations})


def _without_people(tenant: TenantSnapshot) -> TenantSnapshot:
    """The tenant right after its making: licences and roles, but nobody in it."""
    kept = ("organization", "domains", "subscribedSkus", "roleDefinitions", "authenticationMethodsPolicy")
    return replace(
        tenant, collections={name: rows if name in kept else [] for name, rows in tenant.collections.items()}
    )

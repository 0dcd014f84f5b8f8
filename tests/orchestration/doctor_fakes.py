"""Vendors that answer the doctor as a test says, and remember what they were asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.legs import IngestionError
from ingestion.microsoft.mailbox_scope import ListedAnswer, Reach
from ingestion.microsoft.permissions import NeededPermission
from orchestration.doctor_check import Check
from orchestration.doctor_expiry import AppKey
from orchestration.settings_vendors import TenantSettings

NEEDED = (
    NeededPermission("User.Read.All", ("users", "license_assignments"), ("Directory.Read.All",)),
    NeededPermission("Policy.Read.All", ("conditional_access_policies", "security_defaults"), ()),
)
GRANTED = frozenset({"User.Read.All", "Policy.Read.All"})
BOTH_PLANS = frozenset({"P1", "P2"})
GOOD_ANSWERS = (ListedAnswer("messages", 1, ()), ListedAnswer("events", 1, ()))


def refused(error_class: str = "unauthorized") -> IngestionError:
    """A vendor's refusal."""
    return IngestionError("refused", error_class=error_class, advice="Renew it.")


@dataclass
class FakeTenant:
    """One tenant; `failure` by question."""

    name: str = "tenant"
    roles: frozenset[str] | None = GRANTED
    needed: Sequence[NeededPermission] = NEEDED
    plans: frozenset[str] = BOTH_PLANS
    skew: float | None = 0.0
    keys: Sequence[AppKey] = ()
    answers: Sequence[Sequence[ListedAnswer]] = ()
    reach: Reach | None = None
    failure: dict[str, IngestionError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def _ask(self, question: str) -> None:
        self.asked.append(f"{question} {self.name}")
        if question in self.failure:
            raise self.failure[question]

    def token_roles(self) -> frozenset[str] | None:
        self._ask("token")
        return self.roles

    def clock_skew_seconds(self) -> float | None:
        return self.skew

    def needed_permissions(self) -> Sequence[NeededPermission]:
        return self.needed

    def premium_plans(self) -> frozenset[str]:
        self._ask("plans")
        return self.plans

    def own_keys(self) -> Sequence[AppKey]:
        self._ask("keys")
        return self.keys

    def mailbox_count(self) -> int:
        return len(self.answers)

    def mailbox_answers(self, position: int) -> Sequence[ListedAnswer]:
        self._ask(f"mailbox {position}")
        return self.answers[position]

    def canary_reach(self) -> Reach | None:
        self._ask("canary")
        return self.reach


@dataclass
class FakeProbes:
    """Vendors whose tenants are all alike unless named; `failure` by tenant id or connection."""

    tenant: FakeTenant = field(default_factory=FakeTenant)
    tenants: dict[str, FakeTenant] = field(default_factory=dict)
    failure: dict[str, IngestionError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if question in self.failure:
            raise self.failure[question]

    def open_tenant(self, tenant: TenantSettings) -> FakeTenant:
        self._ask(tenant.tenant_id)
        return self.tenants.get(tenant.tenant_id, self.tenant)

    def read_connectwise(self) -> None:
        self._ask("connectwise")

    def read_pax8(self, connection_id: str) -> None:
        self._ask(connection_id)


def named(checks: Sequence[Check], name: str) -> list[Check]:
    """The rows of one check."""
    return [check for check in checks if check.check == name]

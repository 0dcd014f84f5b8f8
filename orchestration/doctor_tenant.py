"""The checks of one Microsoft tenant: token, permissions, licences, mailboxes; and what it tells about our own app."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ingestion.legs import IngestionError
from ingestion.microsoft.endpoints import DIRECTORY_ENDPOINTS
from ingestion.microsoft.permissions import NeededPermission
from orchestration.doctor_check import Check, State
from orchestration.doctor_expiry import AppKey
from orchestration.doctor_mailboxes import MailboxProbe, mailbox_checks
from orchestration.doctor_permissions import permission_checks

PLANS = ("P1", "P2")


class TenantProbe(MailboxProbe, Protocol):
    """The questions to one tenant; every failure is an IngestionError with advice."""

    def token_roles(self) -> frozenset[str] | None:
        """Application permissions that a new token carries, None where it does not show them."""

    def clock_skew_seconds(self) -> float | None:
        """How far this machine's clock is ahead of the login host's, None where it did not tell its time."""

    def needed_permissions(self) -> Sequence[NeededPermission]:
        """What the settings need in this tenant."""

    def premium_plans(self) -> frozenset[str]:
        """Which of `P1` and `P2` the tenant's usable SKUs carry."""

    def own_keys(self) -> Sequence[AppKey]:
        """The keys that Graph lists on our app; none where the app is registered elsewhere."""


@dataclass
class TenantFindings:
    """What asking one tenant gave: its rows, and facts that are judged over all tenants."""

    checks: list[Check] = field(default_factory=list)
    clock_skew_seconds: float | None = None
    own_keys: Sequence[AppKey] = ()
    failure: IngestionError | None = None


def tenant_findings(tenant_id: str, probe: TenantProbe) -> TenantFindings:
    """Every check of one tenant, in the order in which a person would mend them; after a failed token nothing else."""
    found = TenantFindings()
    try:
        roles = probe.token_roles()
    except IngestionError as error:
        found.failure = error
        found.checks.append(Check(State.ERROR, "token", tenant_id, str(error), error.advice, _cause(error)))
        return found
    finally:
        found.clock_skew_seconds = probe.clock_skew_seconds()
    found.checks += _token(tenant_id, roles)
    if roles is not None:
        found.checks += permission_checks(tenant_id, probe.needed_permissions(), roles)
    try:
        found.checks += _licences(tenant_id, probe.premium_plans())
    except IngestionError as error:
        found.checks.append(Check(State.ERROR, "licences", tenant_id, str(error), error.advice, _cause(error)))
    found.checks += mailbox_checks(tenant_id, probe, roles)
    try:
        found.own_keys = probe.own_keys()
    except IngestionError as error:
        found.checks.append(Check(State.WARNING, "expiry", tenant_id, str(error), error.advice, _cause(error)))
    return found


def _token(tenant_id: str, roles: frozenset[str] | None) -> Iterator[Check]:
    if roles is None:
        yield Check(State.OK, "token", tenant_id, "issued")
        found = "the token does not show its permissions, so consent was not compared"
        remedy = "A run tells which permission is missing, per table (`tenantry status`)."
        yield Check(State.NOTE, "permissions", tenant_id, found, remedy)
    else:
        yield Check(State.OK, "token", tenant_id, f"issued, with {len(roles)} permissions")


def _licences(tenant_id: str, plans: frozenset[str]) -> Iterator[Check]:
    """P2 contains P1; without a plan the tables that it carries are not licensed, which is nobody's mistake."""
    held = [plan for plan in PLANS if plan in plans]
    lacking = [plan for plan in PLANS if plan not in plans]
    details = {"plans": held}
    if not lacking:
        yield Check(State.OK, "licences", tenant_id, "Entra ID P1 and P2", details=details)
        return
    tables = [endpoint.table for endpoint in DIRECTORY_ENDPOINTS if endpoint.plan in lacking]
    has = f"Entra ID {' and '.join(held)}, not {' and '.join(lacking)}" if held else "no Entra ID P1 or P2"
    yield Check(
        State.NOTE,
        "licences",
        tenant_id,
        f"{has}: {', '.join(tables)} end not_licensed",
        "Nothing to mend; the plan is proven from the tenant's service plans.",
        details | {"tables": tables},
    )


def _cause(error: IngestionError) -> dict[str, str]:
    return {"error_class": error.error_class}

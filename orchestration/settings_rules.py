"""What several keys of the settings must agree on, and the defaults that follow from other keys."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from orchestration.clouds import CLOUDS
from orchestration.errors import Problem
from orchestration.settings_schema import Settings
from orchestration.settings_vendors import DistributorSettings, MicrosoftSettings

# DuckDB takes what follows `?` for options of the file, and dlt `%` for a place to fill in.
UNUSABLE_IN_PATHS = ("%", "?")


def completed(settings: Settings, file: Path) -> Settings:
    """The settings with every default that depends on another key filled in and every path absolute."""
    warehouse = settings.warehouse
    warehouse = replace(warehouse, path=file.parent / warehouse.path, published=file.parent / warehouse.published)
    microsoft = settings.microsoft
    if microsoft is not None:
        cloud = CLOUDS[microsoft.cloud]
        microsoft = replace(
            microsoft,
            login_url=microsoft.login_url or cloud.login_url,
            graph_url=microsoft.graph_url or cloud.graph_url,
            graph_scope=microsoft.graph_scope or cloud.graph_scope,
        )
    psa = settings.psa
    if psa is not None and not psa.base_currency:
        psa = replace(psa, base_currency=warehouse.reporting_currency)
    distributors = tuple(replace(item, name=item.connection_id) for item in settings.distributors)
    return replace(settings, warehouse=warehouse, microsoft=microsoft, psa=psa, distributors=distributors, file=file)


def disagreements(settings: Settings) -> Iterator[Problem]:
    """Every place where keys of completed settings contradict each other."""
    for key in ("path", "published"):
        file = getattr(settings.warehouse, key)
        if file.is_dir():
            yield Problem(f"warehouse.{key}", "a folder", "a file's path, such as warehouse/tenantry.duckdb")
        if any(mark in str(file) for mark in UNUSABLE_IN_PATHS):
            words = " or ".join(UNUSABLE_IN_PATHS)
            yield Problem(f"warehouse.{key}", f"a path with {words} ({file})", "a path whose folders hold neither")
    if settings.warehouse.path.resolve() == settings.warehouse.published.resolve():
        yield Problem("warehouse.published", "the same file as warehouse.path", "another file")
    if settings.microsoft is None and settings.psa is None and not settings.distributors:
        yield Problem("the file", "nothing to read", "at least one of [microsoft], [psa] and [[distributors]]")
    if settings.microsoft is not None:
        yield from _microsoft(settings.microsoft)
    yield from _distributors(settings.distributors)
    tiers = settings.profitability.tiers
    if list(tiers) != sorted(tiers, reverse=True):
        yield Problem("profitability.tiers", "ratios in another order", "the highest first, such as 0.60, 0.40, 0.20")
    days = settings.posture.expiring_days
    if list(days) != sorted(days, reverse=True):
        yield Problem("posture.expiring_days", "days in another order", "the longest first, such as 60, 30, 7")


def _microsoft(microsoft: MicrosoftSettings) -> Iterator[Problem]:
    if not microsoft.tenants:
        yield Problem("microsoft.tenants", "nothing", "at least one [[microsoft.tenants]] table")
    if not microsoft.graph_scope.endswith("/.default"):
        yield Problem("microsoft.graph_scope", "another ending", "an address that ends in /.default")
    if microsoft.client_secret is not None and microsoft.certificate is not None:
        yield Problem("microsoft", "both client_secret and certificate", "one of them")
    first: dict[str, int] = {}
    for position, tenant in enumerate(microsoft.tenants, start=1):
        where = f"microsoft.tenants[{position}]"
        if tenant.tenant_id in first:
            earlier = f"microsoft.tenants[{first[tenant.tenant_id]}]"
            yield Problem(f"{where}.tenant_id", f"the same tenant as {earlier}", "each tenant once")
        first.setdefault(tenant.tenant_id, position)
        if tenant.client_secret is not None and tenant.certificate is not None:
            yield Problem(where, "both client_secret and certificate", "one of them")
        credential = microsoft.credential_for(tenant)
        if not credential.client_id:
            yield Problem(f"{where}.client_id", "nothing, nor in [microsoft]", "a client_id in one of the two")
        own_app = tenant.client_id not in ("", microsoft.client_id)
        if tenant.client_secret is None and tenant.certificate is None:
            for key in ("secret_expires_on", "secret_id"):
                if getattr(tenant, key):
                    yield Problem(f"{where}.{key}", "a credential's fact without one", "it beside a secret of its own")
        if own_app and tenant.client_secret is None and tenant.certificate is None:
            yield Problem(where, "a client_id of its own without a secret", "its client_secret or certificate too")
        elif credential.client_secret is None and credential.certificate is None:
            yield Problem(
                f"{where}.client_secret", "nothing, nor in [microsoft]", "a client_secret or certificate in one of them"
            )
    yield from _mailboxes(microsoft)


def _mailboxes(microsoft: MicrosoftSettings) -> Iterator[Problem]:
    mailboxes = microsoft.mailboxes
    if mailboxes is None:
        return
    if mailboxes.tenant_id not in {tenant.tenant_id for tenant in microsoft.tenants}:
        yield Problem(
            "microsoft.mailboxes.tenant_id", "a tenant that is not listed", "a tenant_id of [[microsoft.tenants]]"
        )
    if mailboxes.canary and mailboxes.canary in mailboxes.allow:
        yield Problem(
            "microsoft.mailboxes.canary", "an address that is also allowed", "one outside microsoft.mailboxes.allow"
        )


def _distributors(distributors: tuple[DistributorSettings, ...]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, item in enumerate(distributors, start=1):
        if item.connection_id in first:
            yield Problem(
                f"distributors[{position}].name",
                f"the connection id {item.connection_id!r} of distributors[{first[item.connection_id]}]",
                "a name of its own for each connection",
            )
        first.setdefault(item.connection_id, position)

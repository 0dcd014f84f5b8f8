"""Which vendors, connections and tenants a command works on, from the settings and `--only` / `--tenant`.

The settings accept vendors that this release cannot read; choosing one of them is refused here, in words.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestration.errors import SettingsError, UsageError
from orchestration.secrets import Secret, SecretError
from orchestration.settings_schema import Settings
from orchestration.settings_vendors import (
    ConnectWiseSettings,
    DistributorSettings,
    MicrosoftSettings,
    Pax8Settings,
    PsaSettings,
    TenantSettings,
)

READ_VENDORS = ("microsoft", "connectwise", "pax8")
GROUPS = ("microsoft", "psa", "distributors")


@dataclass(frozen=True)
class Selection:
    """What one command works on; vendors that are left out are None or empty."""

    microsoft: MicrosoftSettings | None
    tenants: tuple[TenantSettings, ...]
    connectwise: ConnectWiseSettings | None
    pax8: tuple[Pax8Settings, ...]

    @property
    def vendors(self) -> tuple[str, ...]:
        """The names of the vendors that are read, in a fixed order."""
        chosen = {"microsoft": self.microsoft, "connectwise": self.connectwise, "pax8": self.pax8}
        return tuple(vendor for vendor in READ_VENDORS if chosen[vendor])


def select(settings: Settings, only: Sequence[str] = (), *tenants: str) -> Selection:
    """The vendors and tenants to work on; everything configured where nothing narrows it.

    Tenants narrow Microsoft alone: PSA and distributors are read once for all customers.
    Errors: UsageError for a vendor or tenant that is not configured; SettingsError for one this release cannot read.
    """
    groups: dict[str, list[PsaSettings | DistributorSettings | MicrosoftSettings]] = {
        "microsoft": [settings.microsoft] if settings.microsoft else [],
        "psa": [settings.psa] if settings.psa else [],
        "distributors": list(settings.distributors),
    }
    configured = [item for members in groups.values() for item in members]
    chosen = []
    for item in configured:
        group = next(name for name, members in groups.items() if item in members)
        if not only or group in only or item.vendor in only:
            chosen.append(item)
    for name in only:
        _refuse_unconfigured(name, [group for group, members in groups.items() if members], configured)
    for item in chosen:
        _refuse_unread(item.vendor, "[psa]" if item is settings.psa else "[[distributors]]")
    microsoft = next((item for item in chosen if isinstance(item, MicrosoftSettings)), None)
    return Selection(
        microsoft=microsoft,
        tenants=_tenants(settings, microsoft, tenants),
        connectwise=next((item for item in chosen if isinstance(item, ConnectWiseSettings)), None),
        pax8=tuple(item for item in chosen if isinstance(item, Pax8Settings)),
    )


def _refuse_unconfigured(
    name: str, groups: Sequence[str], configured: Sequence[PsaSettings | DistributorSettings | MicrosoftSettings]
) -> None:
    valid = sorted({*groups, *(item.vendor for item in configured)})
    if name not in valid:
        near = difflib.get_close_matches(name, valid, n=1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        raise UsageError(
            f"--only: found {name!r}, expected one or more of {', '.join(valid)} (what the settings configure), "
            f"separated by commas.{hint} Nothing was read."
        )


def _refuse_unread(vendor: str, section: str) -> None:
    if vendor not in READ_VENDORS:
        raise SettingsError(
            f'{section} vendor = "{vendor}": this release does not read {vendor}; it reads {", ".join(READ_VENDORS)}. '
            f"Take the table out of the settings, or leave it out of a run with --only, until a release reads it."
        )


def _tenants(
    settings: Settings, microsoft: MicrosoftSettings | None, wanted: Sequence[str]
) -> tuple[TenantSettings, ...]:
    if not wanted:
        return microsoft.tenants if microsoft else ()
    if microsoft is None:
        raise UsageError("--tenant: found no Microsoft to read; expected [microsoft] in the settings and in --only.")
    names = {name.strip().lower(): name for name in wanted}
    unknown = names.keys() - {item.tenant_id for item in microsoft.tenants}
    if unknown:
        raise UsageError(
            f"--tenant: found {names[min(unknown)]!r}, expected a tenant_id as {settings.file} writes it "
            f"({len(microsoft.tenants)} tenants are configured). "
            "Correct it, or add the tenant to [[microsoft.tenants]]."
        )
    return tuple(item for item in microsoft.tenants if item.tenant_id in names)


def selected_secrets(selection: Selection) -> Iterator[Secret]:
    """Every secret that the selection needs, each once."""
    seen: set[tuple[str, str]] = set()
    for secret in _secrets(selection):
        if secret.reference not in seen:
            seen.add(secret.reference)
            yield secret


def _secrets(selection: Selection) -> Iterator[Secret]:
    if selection.microsoft is not None:
        for tenant in selection.tenants:
            credential = selection.microsoft.credential_for(tenant)
            if credential.client_secret is not None:
                yield credential.client_secret
            if credential.certificate is not None and credential.certificate.passphrase is not None:
                yield credential.certificate.passphrase
    if selection.connectwise is not None:
        yield selection.connectwise.public_key
        yield selection.connectwise.private_key
    for connection in selection.pax8:
        yield connection.client_secret


def require_secrets(selection: Selection) -> None:
    """Open every needed secret once, before anything is asked or written.

    Errors: SettingsError with every secret that is missing or plainly wrong.
    """
    failures = []
    for secret in selected_secrets(selection):
        try:
            secret.open()
        except SecretError as error:
            failures.append(str(error))
    if failures:
        raise SettingsError("\n".join(failures))

"""How sign-in is protected in the demo MSP's tenants, and who is privileged there."""

from datetime import date

from ingestion.simulator.world import access_cases
from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.people import CAPABLE, EXTERNAL_ONLY, NOT_REGISTERED, REGISTERED_NOT_CAPABLE
from ingestion.simulator.world.plan import ExceptionRow
from ingestion.simulator.world.policies import REPORT_ONLY, Gap
from ingestion.simulator.world.roles import GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR
from ingestion.simulator.world.timeline import Steps

MODERN_CLIENTS = ("browser", "mobileAppsAndDesktopClients")
PAYROLL_APP = "6f5d9a5e-6d34-4f8e-9f60-3f1f0a1c7b21"
EXPENSES_APP = "c3ab2f08-51f0-4a75-8f43-6a54c0a6e5d9"


def secure(b: Builder) -> None:
    """Adds accounts, roles and policies to every tenant of the demo."""
    _msp(b)
    _everyone_by_policy(b)
    _security_defaults(b)
    _group_decides(b)
    _weaker_controls(b)
    _without_p1(b)


def _msp(b: Builder) -> None:
    tenant = b.plan.msp_tenant
    access_cases.global_administrators(b, tenant, 3)
    emergency = access_cases.break_glass(b, tenant)
    # Two policies that together leave out nobody: on Windows, and on everything else.
    b.policy(tenant, "Require MFA on Windows", exclude_users=(emergency.id,), include_platforms=("windows",))
    b.policy(
        tenant,
        "Require MFA on other platforms",
        exclude_users=(emergency.id,),
        include_platforms=("all",),
        exclude_platforms=("windows",),
    )
    access_cases.leavers_and_guests(b, tenant, 1, 2)


def _everyone_by_policy(b: Builder) -> None:
    alder = b.tenant_of("alder")
    administrators = access_cases.global_administrators(b, alder, 5)
    emergency = access_cases.break_glass(b, alder)
    access_cases.machine_accounts(b, alder)
    guests = access_cases.leavers_and_guests(b, alder, 6, 9)
    access_cases.all_kinds_of_privilege(b, alder, guests[0])
    excluded = b.user(alder, "excluded.person")
    b.user(alder, "never.evaluated", registration=Steps(None))
    b.user(alder, "old.object", user_type=None)
    b.user(alder, "blocked.method", registration=Steps(REGISTERED_NOT_CAPABLE))
    administrators[0].registration = Steps(CAPABLE)
    administrators[4].registration = Steps(NOT_REGISTERED)
    b.policy(alder, "Require MFA for everyone", exclude_users=(emergency.id, excluded.id))
    alder.gaps.append(Gap("user", excluded.id))

    bjork = b.tenant_of("bjork")
    access_cases.global_administrators(b, bjork, 4)
    access_cases.break_glass(b, bjork)
    access_cases.leavers_and_guests(b, bjork, 3, 4)
    office = b.location(bjork, "Office", is_trusted=True)
    b.policy(
        bjork,
        "Strong authentication elsewhere",
        controls=(),
        has_strength=True,
        operator="AND",
        include_locations=("All",),
        exclude_locations=("AllTrusted",),
    )
    b.policy(bjork, "MFA in the office", include_locations=(office.id,))
    b.policy(bjork, "MFA at trusted places", include_locations=("AllTrusted",))

    ohara = b.tenant_of("oharalegal")
    access_cases.global_administrators(b, ohara, 2)
    access_cases.group_administrators(b, ohara)
    partner = b.user(ohara, "excluded.partner")
    clerk = b.user(ohara, "excluded.clerk")
    b.user(ohara, "outside.method", registration=Steps(EXTERNAL_ONLY))
    b.user(ohara, "late.starter", registration=Steps(NOT_REGISTERED))
    b.policy(ohara, "Require MFA for everyone", exclude_users=(partner.id, clerk.id))
    b.policy(ohara, "MFA for risky sign-ins", sign_in_risk=("high",))
    ohara.gaps += [Gap("user", partner.id), Gap("user", clerk.id)]
    kept_out = b.user(ohara, "kept.out")
    ohara.policies[0].exclude_users += (kept_out.id,)
    b.policy(ohara, "Keep out", include_users=(kept_out.id,), controls=("block",))
    access_cases.leavers_and_guests(b, ohara, 2, 3)

    kestrel = b.tenant_of("kestrel")
    access_cases.global_administrators(b, kestrel, 2)
    convert = b.user(kestrel, "late.convert", registration=Steps(NOT_REGISTERED).then(date(2026, 10, 29), CAPABLE))
    b.role(kestrel, convert, HELPDESK_ADMINISTRATOR, start=date(2026, 11, 1))
    b.policy(kestrel, "Require MFA in modern clients", client_app_types=MODERN_CLIENTS)
    b.policy(kestrel, "Block Exchange ActiveSync", controls=("block",), client_app_types=("exchangeActiveSync",))
    b.policy(
        kestrel,
        "Block other clients",
        controls=("block",),
        client_app_types=("other",),
        exclude_groups=(b.ids.guid("group", "kestrel", "deleted"),),
    )
    access_cases.leavers_and_guests(b, kestrel, 2, 0)


def _security_defaults(b: Builder) -> None:
    for key in ("cedarclinic", "cedarlab", "juniper", "maplebakery"):
        tenant = b.tenant_of(key)
        tenant.security_defaults = Steps(True)
        access_cases.global_administrators(b, tenant, 2)
        access_cases.leavers_and_guests(b, tenant, 2, 1)


def _group_decides(b: Builder) -> None:
    delta = b.tenant_of("deltafoods")
    access_cases.global_administrators(b, delta, 3)
    b.policy(
        delta, "MFA for pilot group", include_users=(), include_groups=(b.ids.guid("group", "deltafoods", "pilot"),)
    )
    b.policy(delta, "MFA for administrators", include_users=(), include_roles=(GLOBAL_ADMINISTRATOR,))
    delta.gaps.append(Gap("user", "not_included"))
    access_cases.leavers_and_guests(b, delta, 4, 5)

    fjord = b.tenant_of("fjord")
    access_cases.global_administrators(b, fjord, 1)
    access_cases.weak_administrator(b, fjord, "weak.admin")
    exempt = b.ids.guid("group", "fjord", "exempt")
    b.policy(fjord, "Require MFA except the exempt group", exclude_groups=(exempt,))
    fjord.gaps.append(Gap("group", exempt))
    b.plan.exceptions.append(
        ExceptionRow("mfa_gap", "*", fjord.id, fjord.gaps[0].gap_id(fjord.id), "the rig has no mobile network")
    )
    access_cases.leavers_and_guests(b, fjord, 2, 2)


def _weaker_controls(b: Builder) -> None:
    elm = b.tenant_of("elmschool")
    access_cases.global_administrators(b, elm, 2)
    b.policy(elm, "MFA or compliant device", controls=("mfa", "compliantDevice"))
    elm.gaps.append(Gap("weaker_control", "compliantdevice"))
    b.policy(elm, "Require MFA for everyone (trial)", state=Steps(REPORT_ONLY))

    hazel = b.tenant_of("hazeldental")
    access_cases.global_administrators(b, hazel, 2)
    b.policy(hazel, "Require MFA for everyone", state=Steps("enabled").then(date(2026, 10, 30), REPORT_ONLY))
    b.policy(
        hazel, "Require MFA but for tagged apps", app_filter='CustomSecurityAttribute.Set_Level -contains "legacy"'
    )

    hazel.gaps.append(Gap("app", "application_filter", date(2026, 10, 30)))

    lumen = b.tenant_of("lumenlabs")
    access_cases.global_administrators(b, lumen, 2)
    b.policy(
        lumen,
        "MFA and compliant device",
        controls=("mfa", "compliantDevice"),
        operator="AND",
        exclude_apps=(PAYROLL_APP, EXPENSES_APP),
    )
    b.policy(lumen, "MFA for Office", include_apps=("Office365",))
    b.policy(lumen, "MFA for expenses", include_apps=(EXPENSES_APP,))
    lumen.gaps.append(Gap("app", PAYROLL_APP))

    stray = b.tenant_of("stray")
    access_cases.global_administrators(b, stray, 1)
    b.policy(stray, "Require MFA but for payroll", exclude_apps=(PAYROLL_APP,))
    b.policy(stray, "Require MFA for payroll", include_apps=(PAYROLL_APP,))


def _without_p1(b: Builder) -> None:
    glacier = b.tenant_of("glacier")
    access_cases.global_administrators(b, glacier, 6)
    access_cases.leavers_and_guests(b, glacier, 3, 2)
    # Its licence lapsed; Microsoft goes on enforcing it.
    b.policy(glacier, "Require MFA for everyone")

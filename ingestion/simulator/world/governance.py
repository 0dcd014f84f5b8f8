"""What decides beyond direct assignments in the demo and the small MSP: groups, eligible roles, apps, sign-ins."""

from datetime import date

from ingestion.simulator.world import governance_cases as cases
from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.groups import Member
from ingestion.simulator.world.people import CAPABLE, PHISHING_RESISTANT, User
from ingestion.simulator.world.policies import REPORT_ONLY, Gap
from ingestion.simulator.world.roles import (
    GLOBAL_ADMINISTRATOR,
    HELPDESK_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    SECURITY_READER,
    USER_ADMINISTRATOR,
)
from ingestion.simulator.world.scores import ScorePlan
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import Steps

# Enough of 119 users that coverage falls by more than a twentieth.
SUDDEN_EXCLUSIONS = 9
ALL_STAFF_RULE = '(user.userType -eq "Member")'


def small(b: Builder) -> None:
    """Governance of the small MSP's tenants."""
    _everywhere(b)
    _msp(b)
    alder = b.tenant_of("alder")
    _emergency(b.plan.msp_tenant).failed_attempt = Steps(None).then(date(2026, 11, 3), date(2026, 11, 3))
    cases.weak_and_synced(b, alder, USER_ADMINISTRATOR)
    cases.unused_accounts(b, alder)
    cases.troubled_applications(b, alder)
    inner = cases.group(b, alder, "inner", "Drivers", cases.named(alder, "key.keeper"))
    outer = cases.group(b, alder, "outer", "Pilot", inner, cases.named(alder, "scoped.admin"))
    alder.policies[0].exclude_groups = (outer.id,)
    b.policy(alder, "MFA for the pilot (trial)", include_users=(), include_groups=(outer.id,), state=Steps(REPORT_ONLY))
    cases.group(b, alder, "staff", "All staff", *alder.users[:6], rule=ALL_STAFF_RULE)


def demo(b: Builder) -> None:
    """Governance of the demo MSP's tenants."""
    _everywhere(b)
    _msp(b)
    _alder(b)
    _bjork(b)
    _delta(b)
    _fjord(b)
    _ohara(b)
    _later_changes(b)


def _everywhere(b: Builder) -> None:
    cases.quiet_emergency_accounts(b)
    for tenant in b.plan.tenants:
        cases.usual_applications(b, tenant)
        cases.privileged_applications(b, tenant)


def _msp(b: Builder) -> None:
    tenant = b.plan.msp_tenant
    cases.block_legacy(b, tenant)
    cases.limit_assignment(tenant, cases.named(tenant, "admin2"), date(2027, 3, 1))
    dana, lee, hr = (cases.named(tenant, alias) for alias in ("dana", "lee", "hr"))
    cases.eligible(b, tenant, dana, GLOBAL_ADMINISTRATOR)
    cases.eligible(b, tenant, hr, SECURITY_READER)
    cases.activate(b, tenant, hr, SECURITY_READER, date(2026, 11, 7), date(2026, 11, 9))
    reader = cases.plain_staff(tenant)
    cases.eligible(b, tenant, reader, SECURITY_READER)
    cases.switch_mailbox_off(reader)
    standing = cases.group(b, tenant, "helpdesk", "Helpdesk", lee, is_role_assignable=True)
    b.role(tenant, cases.as_principal(standing), HELPDESK_ADMINISTRATOR)
    tier = cases.group(b, tenant, "tier-one", "Tier one", cases.named(tenant, "ceo"), is_role_assignable=True)
    cases.eligible(b, tenant, tier, USER_ADMINISTRATOR)


def _alder(b: Builder) -> None:
    alder = b.tenant_of("alder")
    cases.weak_and_synced(b, alder, USER_ADMINISTRATOR)
    cases.unused_accounts(b, alder)
    cases.troubled_applications(b, alder)
    cases.block_legacy(b, alder)
    # Known from the usage report only: neither name says so.
    b.user(alder, "frontdesk", recipient_type="Shared")
    b.user(alder, "boardroom", recipient_type="Room")
    cases.named(alder, "info-desk").recipient_type = "Shared"
    _emergency(alder).signed_in = Steps(date(2026, 2, 11)).then(date(2026, 11, 5), date(2026, 11, 5))
    _emergency(alder).failed_attempt = Steps(date(2026, 11, 6))
    cases.group(b, alder, "staff", "All staff", *alder.users[:40], rule=ALL_STAFF_RULE)


def _bjork(b: Builder) -> None:
    bjork = b.tenant_of("bjork")
    exempt = cases.group(b, bjork, "emergency", "Emergency accounts", _emergency(bjork))
    for policy in bjork.policies:
        policy.exclude_groups = (exempt.id,)
    _emergency(bjork).failed_attempt = Steps(None).then(date(2026, 11, 3), date(2026, 11, 3))
    cases.success_not_known(b, bjork)
    b.policy(bjork, "MFA for guests (prepared)", include_users=("GuestsOrExternalUsers",), state=Steps("disabled"))
    cases.end_assignment(bjork, cases.named(bjork, "admin4"), date(2026, 10, 25))


def _delta(b: Builder) -> None:
    delta = b.tenant_of("deltafoods")
    enabled = [user for user in delta.users if user.user_type == "Member" and user.removed is None]
    second = cases.group(b, delta, "second-wave", "Second wave", *enabled[60:80])
    cases.group(b, delta, "pilot", "Pilot", *enabled[10:60], second)
    crew = [user for user in enabled[100:140] if user.registration.at(date.max) is CAPABLE][:4]
    tier = cases.group(b, delta, "helpdesk", "Helpdesk tier", *crew[:3], is_role_assignable=True)
    tier.members.append(Member("user", crew[3].id, start=date(2026, 10, 30)))
    cases.eligible(b, delta, tier, HELPDESK_ADMINISTRATOR)
    cases.eligible(b, delta, crew[0], SECURITY_ADMINISTRATOR)
    cases.activate(b, delta, crew[0], SECURITY_ADMINISTRATOR, date(2026, 11, 8), date(2026, 11, 9))


def _fjord(b: Builder) -> None:
    fjord = b.tenant_of("fjord")
    inner = cases.group(b, fjord, "rig", "Rig crew", *fjord.users[3:6])
    cases.group(b, fjord, "exempt", "Exempt", fjord.users[2], inner)
    cases.eligible(b, fjord, fjord.users[20], GLOBAL_ADMINISTRATOR)


def _ohara(b: Builder) -> None:
    ohara = b.tenant_of("oharalegal")
    keepers = [b.user(ohara, f"keeper{number}", registration=Steps(PHISHING_RESISTANT)) for number in (1, 2)]
    holders = cases.group(b, ohara, "admins", "Role holders", keepers[0], is_role_assignable=True)
    # The second one joins while we watch.
    holders.members.append(Member("user", keepers[1].id, start=date(2026, 11, 1)))


def _later_changes(b: Builder) -> None:
    kestrel, lumen = b.tenant_of("kestrel"), b.tenant_of("lumenlabs")
    loser = next(user for user in kestrel.users if user.registration.at(date.max) is CAPABLE)
    loser.registration = Steps(PHISHING_RESISTANT).then(date(2026, 10, 29), CAPABLE)
    exempted = [user for user in kestrel.users[30:] if user.registration.at(date.max) is CAPABLE][:SUDDEN_EXCLUSIONS]
    kestrel.policies[0].later_exclusions += [(date(2026, 11, 5), user.id) for user in exempted]
    kestrel.gaps += [Gap("user", user.id, date(2026, 11, 5)) for user in exempted]
    lumen.policies[0].later_exclusions.append((date(2026, 11, 5), lumen.users[4].id))
    lumen.gaps.append(Gap("user", lumen.users[4].id, date(2026, 11, 5)))
    b.tenant_of("hazeldental").scores = ScorePlan(date(2026, 11, 1))
    b.tenant_of("juniper").security_defaults = Steps(True).then(date(2026, 11, 4), False)


def _emergency(tenant: Tenant) -> User:
    """The tenant's break-glass account."""
    return next(user for user in tenant.users if user.upn in tenant.break_glass_upns)

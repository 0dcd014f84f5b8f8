"""The settings file and the reviewed CSV files that connect a warehouse to the world's fake vendors."""

from collections.abc import Mapping
from datetime import date

from ingestion.simulator.world.catalogue import PRODUCTS
from ingestion.simulator.world.mail_scenario import FREE_MAIL
from ingestion.simulator.world.offers import canonical_product_id, distributor_product_id
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.timeline import months_between

DECIDED = "accepted,demo,2026-09-01,"
CONNECTOR_ID = "00000000-0000-0000-0000-000000000001"
EURO_RATES = ("1.05", "1.06", "1.08", "1.07", "1.10", "1.09")
POUND_RATES = ("1.25", "1.27", "1.30", "1.28")


def credentials(plan: Plan) -> dict[str, dict[str, str]]:
    """What the fake vendors accept; nothing here looks like a real secret or like a Secret ID."""
    return {
        "graph": {
            "client_id": CONNECTOR_ID,
            "client_secret": "graph~not-a-real-secret~value~demo",
        },
        "connectwise": {
            "company_id": "harborvine",
            "public_key": "public-not-real",
            "private_key": "private-not-real",
            "client_id": "00000000-0000-0000-0000-0000000000c1",
        },
        "pax8": {"client_id": "pax8-client-not-real", "client_secret": "pax8-not-a-real-secret"},
    }


def secret_environment(plan: Plan) -> dict[str, str]:
    """Values of the environment variables that the settings refer to."""
    known = credentials(plan)
    return {
        "TENANTRY_GRAPH_SECRET": known["graph"]["client_secret"],
        "CW_PUBLIC": known["connectwise"]["public_key"],
        "CW_PRIVATE": known["connectwise"]["private_key"],
        "TENANTRY_PAX8_SECRET": known["pax8"]["client_secret"],
    }


def settings_text(plan: Plan, base: Mapping[str, str]) -> str:
    """A complete `tenantry.toml`; `base` holds the addresses of the server and its CA file."""
    known = credentials(plan)
    # An unlisted mailbox for doctor to prove that it is refused; a world for benchmarks has no mailboxes at all.
    unlisted = [box.address for box in plan.mailboxes if not box.is_allowed]
    canary = {"canary": unlisted[0]} if unlisted else {}
    parts = [
        _section(
            "warehouse",
            path="warehouse/tenantry.duckdb",
            published="warehouse/published.duckdb",
            reporting_currency="USD",
        ),
        _section("http", connections=16, ca_bundle=base["ca_bundle"]),
        _section(
            "msp",
            name=plan.msp_name,
            domains=list(plan.msp_domains),
            free_mail_domains=[FREE_MAIL],
            psa_customer="2",
        ),
        _section(
            "microsoft",
            cloud="global",
            login_url=base["login_url"],
            graph_url=base["graph_url"],
            client_id=known["graph"]["client_id"],
            client_secret="env:TENANTRY_GRAPH_SECRET",
            secret_expires_on=plan.secret_expires_on,
            **({"report_hosts": [base["report_host"]]} if "report_host" in base else {}),
        ),
    ]
    for tenant in plan.tenants:
        details: dict[str, object] = {"tenant_id": tenant.id}
        if tenant.mapping == "settings" and tenant.customer_id is not None:
            details["customer"] = tenant.customer_id
        if tenant.is_msp:
            details["is_msp"] = True
        parts.append(_section("[microsoft.tenants]", **details))
    parts += [
        _section(
            "microsoft.mailboxes",
            tenant_id=plan.msp_tenant.id,
            allow=[box.address for box in plan.mailboxes if box.is_allowed],
            preview=True,
            folders=["inbox", "sentitems"],
            mail_days=30,
            calendar_past_days=7,
            calendar_future_days=14,
            **canary,
        ),
        _section(
            "psa",
            vendor="connectwise",
            base_url=base["connectwise_url"],
            company_id=known["connectwise"]["company_id"],
            public_key="env:CW_PUBLIC",
            private_key="env:CW_PRIVATE",
            client_id=known["connectwise"]["client_id"],
        ),
        _section(
            "[distributors]",
            vendor="pax8",
            base_url=base["pax8_url"],
            token_url=base["pax8_token_url"],
            client_id=known["pax8"]["client_id"],
            client_secret="env:TENANTRY_PAX8_SECRET",
        ),
        _section(
            "profitability",
            default_hourly_cost="45.00",
            minimum_margin_ratio="0.20",
            tiers=["0.60", "0.40", "0.20"],
            max_residual_ratio="0.25",
            max_uncosted_ratio="0.25",
            max_rate_age_days=35,
        ),
        _section("leakage", observations=3, inactive_days=90),
        _section(
            "posture",
            stale_days=90,
            expiring_days=[60, 30, 7],
            new_privileged_days=7,
            service_accounts=["svc-*@*"],
            shared_mailboxes=["shared-*@*"],
            rooms=["room-*@*"],
        ),
    ]
    return "\n".join(parts)


def _section(heading: str, **values: object) -> str:
    lines = [f"[{heading}]"]
    return "\n".join(lines + [f"{key} = {_literal(value)}" for key, value in values.items()]) + "\n"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | date):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def config_files(plan: Plan) -> dict[str, str]:
    """The CSV files of `config/` by name."""
    return {
        "customer_map.csv": _table(
            "namespace,external_id,customer_id,decision,decided_by,decided_on,note", _customer_rows(plan)
        ),
        "product_map.csv": _table(
            "namespace,code,product_id,units_per_item,decision,decided_by,decided_on,note", _product_rows(plan)
        ),
        "exceptions.csv": _table(
            "rule_or_kind,customer_id,tenant_id,subject_id,reason,owner,expires_on",
            [
                f"{row.rule_or_kind},{row.customer_id},{row.tenant_id},{row.subject_id},{row.reason},demo,{row.expires_on}"
                for row in plan.exceptions
            ],
        ),
        "agent_cost_rates.csv": _table(
            "agent_id,valid_from,valid_to,hourly_cost,currency_code",
            [
                f"{member.id},{rate.start},{rate.end or ''},{rate.hourly_cost},{rate.currency}"
                for member in plan.members
                for rate in member.rates
            ],
        ),
        "fx_rates.csv": _table(
            "rate_date,from_currency,to_currency,rate,source",
            [f"{day},{currency},USD,{rate},manual" for day, currency, rate in exchange_rates()],
        ),
        "vendor_terms.csv": _table("namespace,code,value,decision,decided_by,decided_on,note", _term_rows(plan)),
        "break_glass.csv": _table(
            "tenant_id,user,owner,note",
            [f"{tenant.id},{upn},demo,sealed envelope" for tenant in plan.tenants for upn in tenant.break_glass_upns],
        ),
    }


def exchange_rates() -> list[tuple[date, str, str]]:
    """Dated rates to US dollars; the Canadian one is too old to be used."""
    rates = [(date(2025, 1, 2), "CAD", "0.70")]
    for index, month in enumerate(months_between(date(2025, 6, 1), date(2026, 12, 1))):
        rates.append((month, "EUR", EURO_RATES[index % len(EURO_RATES)]))
        rates.append((month, "GBP", POUND_RATES[index % len(POUND_RATES)]))
    return rates


def _table(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def _customer_rows(plan: Plan) -> list[str]:
    tenants = [
        f"tenant,{tenant.id},{tenant.customer_id},{DECIDED}" for tenant in plan.tenants if tenant.mapping == "manual"
    ]
    accounts = [
        f"pax8,{account.id},{account.customer_id},{DECIDED}" for account in plan.accounts if account.mapping == "manual"
    ]
    return tenants + accounts


def _term_rows(plan: Plan) -> list[str]:
    zones = {member.zone for member in plan.members if member.zone.is_decided}
    cycles = {agreement.cycle for customer in plan.customers for agreement in customer.agreements}
    return [
        *(f'time_zone,"{zone.name}",{zone.iana},{DECIDED}' for zone in sorted(zones, key=lambda zone: zone.id)),
        *(
            f"billing_cycle,{cycle.name},{cycle.months},{DECIDED}"
            for cycle in sorted(cycles, key=lambda cycle: cycle.id)
            if cycle.is_decided
        ),
    ]


def _product_rows(plan: Plan) -> list[str]:
    rows = []
    for product in PRODUCTS:
        target = canonical_product_id(plan.ids, product)
        has_seed_number = product.part_number is not None and product.key != "e3"
        if target is None or has_seed_number:
            continue
        if product.part_number is not None:
            # One product is mapped by its commerce part number, wherever that number appears.
            rows.append(f"part_number,{product.part_number},{target},1,{DECIDED}")
            continue
        if product.psa_code is not None:
            rows.append(f"psa,{product.psa_code},{target},{product.units_per_item},{DECIDED}")
        if product.in_distributor:
            rows.append(f"pax8,{distributor_product_id(plan.ids, product)},{target},1,{DECIDED}")
    return rows

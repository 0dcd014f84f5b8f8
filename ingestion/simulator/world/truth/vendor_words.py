"""What the PSA's words for time zones and billing cycles leave open, and the day of every time entry."""

from datetime import date
from typing import Any

from ingestion.simulator.world.plan import Plan


def time_entry_rows(plan: Plan, as_of: date) -> list[dict[str, Any]]:
    """One row per time entry with the day on the clock of whoever worked, and whether that clock is known."""
    return [
        {
            "time_entry_id": f"connectwise:time_entries:{entry.id}",
            "customer_id": str(entry.customer_id),
            "work_date": entry.day.isoformat(),
            "worked_hours": str(entry.hours),
            "is_time_zone_known": entry.member.zone.iana is not None,
        }
        for entry in plan.time_entries
        if entry.known_on <= as_of
    ]


def open_word_rows(plan: Plan, as_of: date) -> list[dict[str, Any]]:
    """One row per word that nothing explains: zones in which somebody worked, cycles of running agreements."""
    zones = {entry.member.zone for entry in plan.time_entries if entry.known_on <= as_of}
    cycles = {
        agreement.cycle for customer in plan.customers for agreement in customer.agreements if agreement.start <= as_of
    }
    rows = [("time_zone", zone.name) for zone in zones if zone.iana is None]
    rows += [("billing_cycle", cycle.name) for cycle in cycles if not cycle.is_known]
    return [{"namespace": namespace, "external_id": name} for namespace, name in sorted(rows)]

"""The MSP's technicians: costs that change, costs kept by hand in two currencies, and one that the PSA hides."""

from datetime import date
from decimal import Decimal

from ingestion.simulator.world.labour import CostRate, Member
from ingestion.simulator.world.timeline import FIRST_DAY, Steps


def technicians() -> list[Member]:
    """Six technicians; the cost of two changes between observations."""
    turn = date(2026, 1, 1)
    return [
        Member(11, "Dana Fiction", Steps(Decimal("52.00")).then(date(2026, 10, 24), Decimal("55.00"))),
        Member(12, "Lee Invented", Steps(Decimal("48.50"))),
        Member(
            13,
            "Pat Example",
            Steps(Decimal("10.00")),
            [CostRate(FIRST_DAY, turn, Decimal("50.00"), "USD"), CostRate(turn, None, Decimal("53.75"), "USD")],
        ),
        Member(14, "Kim Sample", Steps(Decimal("47.00")), [CostRate(FIRST_DAY, None, Decimal("46.00"), "EUR")]),
        Member(15, "Max Hidden", Steps(None)),
        Member(16, "Joe Mockup", Steps(Decimal("41.25")).then(date(2026, 11, 5), Decimal("43.00"))),
    ]

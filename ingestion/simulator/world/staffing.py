"""The MSP's technicians: costs that change, costs kept by hand in two currencies, and one that the PSA hides."""

from datetime import date
from decimal import Decimal

from ingestion.simulator.world.labour import CostRate, Member, TimeZone
from ingestion.simulator.world.timeline import FIRST_DAY, Steps

EASTERN = TimeZone(1, "GMT-5/Eastern Time: US & Canada", "America/New_York")
PACIFIC = TimeZone(4, "US Pacific", "America/Los_Angeles")
BERLIN = TimeZone(35, "W. Europe Standard Time", "Europe/Berlin")
TOKYO = TimeZone(76, "GMT+9/Osaka, Sapporo, Tokyo", "Asia/Tokyo", is_decided=True)
# Its words suggest Sydney, and nobody has decided yet.
UNDECIDED = TimeZone(82, "GMT+10/Canberra, Melbourne, Sydney", None)


def technicians() -> list[Member]:
    """Six technicians in six time zones; the cost of two changes between observations."""
    turn = date(2026, 1, 1)
    return [
        Member(11, "Dana Fiction", Steps(Decimal("52.00")).then(date(2026, 10, 24), Decimal("55.00")), zone=EASTERN),
        Member(12, "Lee Invented", Steps(Decimal("48.50")), zone=PACIFIC),
        Member(
            13,
            "Pat Example",
            Steps(Decimal("10.00")),
            [CostRate(FIRST_DAY, turn, Decimal("50.00"), "USD"), CostRate(turn, None, Decimal("53.75"), "USD")],
            zone=BERLIN,
        ),
        Member(
            14, "Kim Sample", Steps(Decimal("47.00")), [CostRate(FIRST_DAY, None, Decimal("46.00"), "EUR")], zone=TOKYO
        ),
        Member(15, "Max Hidden", Steps(None)),
        Member(16, "Joe Mockup", Steps(Decimal("41.25")).then(date(2026, 11, 5), Decimal("43.00")), zone=UNDECIDED),
    ]

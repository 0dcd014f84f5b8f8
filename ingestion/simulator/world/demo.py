"""The demo MSP: customers, access, mail and money put together."""

from ingestion.simulator.world import demo_access, demo_customers, demo_money, governance, mail_scenario
from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.plan import Plan

DAYS_BETWEEN_MAILS = 5


def plan(seed: int) -> Plan:
    """The plan of the demo MSP."""
    b = Builder(seed)
    for add in (
        demo_customers.msp,
        demo_customers.alder,
        demo_customers.bjork,
        demo_customers.cedar,
        demo_customers.delta,
        demo_customers.elm,
        demo_customers.fjord,
        demo_customers.ohara,
        demo_customers.glacier,
        demo_customers.hazel,
        demo_customers.iris,
        demo_customers.juniper,
        demo_customers.kestrel,
        demo_customers.lumen,
        demo_customers.maple,
        demo_customers.stray,
    ):
        add(b)
    demo_access.secure(b)
    governance.demo(b)
    mail_scenario.correspond(b, DAYS_BETWEEN_MAILS)
    demo_money.bill(b, seed)
    return b.plan

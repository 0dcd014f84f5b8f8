"""What a run could not judge: earlier failures that are not shown now, and open findings without an amount.

A finding is neither shown nor resolved while its data is stale, missing or not permitted. Without these counts a run in
which every tenant failed would look like one in which everything was put right.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

HIDDEN_SQL = """
    select count(*)
    from intermediate.int_posture_failures_last as failures
    where
        failures.tenant_id in (select tenant_id from marts.dim_tenants)
        and not exists (
            select 1
            from marts.mart_posture_findings as shown
            where
                shown.finding_id = failures.finding_id
                and (shown.status = 'fail' or shown.resolved_date is not null)
        )
"""
WITHOUT_AMOUNT_SQL = """
    select count(*)
    from marts.mart_license_leakage
    where status = 'open' and amount_reason in ('leg_stale', 'leg_missing')
"""


@dataclass(frozen=True)
class Unjudged:
    """hidden: failures of earlier observations whose rule could not be checked now.

    without_amount: open licence findings whose money is unknown because their data is stale or missing.
    """

    hidden: int = 0
    without_amount: int = 0

    @property
    def lines(self) -> list[str]:
        """What the summary says of them; nothing where everything was judged."""
        found = []
        if self.hidden:
            found.append(
                f"Not judged: {self.hidden} earlier failures; their data is stale, missing or not permitted. "
                "They are neither shown nor resolved, and return when it is read."
            )
        if self.without_amount:
            found.append(
                f"Money incomplete: {self.without_amount} open findings have no amount, because their data is stale or "
                "missing. The sums above leave them out."
            )
        return found


def unjudged_findings(warehouse: Path) -> Unjudged:
    """What the last build in this warehouse could not judge."""
    with duckdb.connect(str(warehouse)) as connection:
        hidden, without_amount = (
            connection.execute(query).fetchall()[0][0] for query in (HIDDEN_SQL, WITHOUT_AMOUNT_SQL)
        )
    return Unjudged(hidden, without_amount)

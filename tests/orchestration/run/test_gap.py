"""Observations more than a week apart: what the product publishes is what the simulator's truth says of these dates."""

from datetime import date

from bench.score import leakage_scores, position_score, subscription_score
from ingestion.simulator.world import World
from tests.product import Product

# Nine days after the second observation: two agreeing ones before, and a count that starts again.
AFTER_THE_GAP = date(2026, 11, 5)


def test_gap_of_nine_days_starts_the_count_again(loaded_twice: Product, world: World, tmp_path_factory) -> None:
    product = loaded_twice.copy_to(tmp_path_factory.mktemp("gap") / "product")
    ended = product.run(AFTER_THE_GAP)
    assert ended.exit_code == 0, ended.text

    truth = world.truth((*world.observation_dates[:2], AFTER_THE_GAP))

    def query(statement: str) -> list[dict]:
        names = [row[0] for row in product.ask(f"describe {statement}")]
        return [dict(zip(names, row, strict=True)) for row in product.ask(statement)]

    scores = [*leakage_scores(truth, query), position_score(truth, query), subscription_score(truth, query)]
    assert [score.differences for score in scores if not score.is_perfect] == []
    seats = [row for row in truth["leakage"] if row["kind"] == "shelfware"]
    assert seats and {row["status"] for row in seats} == {"observing", "muted"}

"""Whose leg starts next."""

from ingestion.load.legqueue import LegQueue


def test_take_serves_the_lane_with_the_fewest_open_legs() -> None:
    queue = LegQueue()
    for place in range(4):
        queue.add("large", place)
    queue.add("small", 10)
    assert [queue.take() for _ in range(5)] == [0, 10, 1, 2, 3]
    assert queue.take() is None


def test_take_after_a_leg_ended_goes_on_with_its_lane() -> None:
    queue = LegQueue()
    for place in range(3):
        queue.add("slow", place)
    for place in range(10, 13):
        queue.add("quick", place)
    assert [queue.take(), queue.take()] == [0, 10]
    queue.ended("quick")
    assert queue.take() == 11
    queue.ended("quick")
    assert queue.take() == 12
    queue.ended("quick")
    assert queue.take() == 1


def test_three_hundred_small_tenants_start_while_a_large_one_is_read() -> None:
    """Two legs are open at a time; the large tenant's one never ends, and no small tenant waits for it."""
    queue = LegQueue()
    for place in range(20):
        queue.add("large", place)
    for number in range(300):
        queue.add(f"small-{number}", 100 + number)
    assert queue.take() == 0
    started = []
    for number in range(300):
        started.append(queue.take())
        queue.ended(f"small-{number}")
    assert started == [100 + number for number in range(300)]
    assert queue.take() == 1

"""A false date: refused where it can be known, and taken back where it was not."""

from tests.product import Product

DAYS = 86_400


def test_clock_that_every_vendor_contradicts_reads_and_deletes_nothing(product: Product) -> None:
    before = product.warehouse.read_bytes()
    product.simulator.options(clock_skew_seconds=-3 * DAYS)
    try:
        ended = [product.tell("run"), product.tell("purge")]
    finally:
        product.simulator.options(clock_skew_seconds=0)
    for end in ended:
        assert end.exit_code == 64 and "4,320 minutes ahead of the clocks of the vendors" in end.errors, end.text
    # Three kinds of vendors, each asked once per command, without a credential.
    log = product.simulator.log()
    assert sorted(entry["vendor"] for entry in log) == sorted(2 * ["login", "connectwise", "pax8"])
    assert product.warehouse.read_bytes() == before

"""Whom an address touches."""

import pytest

from ingestion.microsoft.matching import Match, MatchSet

SET = MatchSet(
    contacts={"jo@gmail.com": ("7", "9"), "kim@example.com": ("4",)},
    domains=frozenset({"example.com", "co.example", "gmail.com"}),
    own_domains=frozenset({"msp.co.example"}),
)


@pytest.mark.parametrize(
    ("address", "contact_ids", "domains"),
    [
        ("someone@example.com", (), ("example.com",)),
        ("Someone@MAIL.Example.COM", (), ("example.com",)),
        ("kim@example.com", ("4",), ("example.com",)),
        ("KIM@EXAMPLE.COM ", ("4",), ("example.com",)),
        ("jo@gmail.com", ("7", "9"), ()),
        ("else@gmail.com", (), ()),
        ("someone@notexample.com", (), ()),
        ("someone@example.com.evil.test", (), ()),
        ("someone@com", (), ()),
        ("dana@msp.co.example", (), ()),
        ("x@other.co.example", (), ("co.example",)),
        ("/O=EXCHANGE/CN=example.com", (), ()),
        ("", (), ()),
    ],
)
def test_match_address_touches_contacts_and_domains(address: str, contact_ids: tuple, domains: tuple) -> None:
    assert SET.match([address, None]) == Match(contact_ids, domains)


def test_match_several_addresses_are_joined_and_sorted() -> None:
    found = SET.match(["x@other.co.example", "jo@gmail.com", "kim@example.com"])
    assert found == Match(("4", "7", "9"), ("co.example", "example.com"))


def test_digest_changes_with_every_part_and_not_with_order() -> None:
    same = MatchSet(dict(reversed(SET.contacts.items())), SET.domains, SET.own_domains)
    assert same.digest() == SET.digest()
    others = [
        MatchSet({**SET.contacts, "new@example.com": ("5",)}, SET.domains, SET.own_domains),
        MatchSet({**SET.contacts, "kim@example.com": ("5",)}, SET.domains, SET.own_domains),
        MatchSet(SET.contacts, SET.domains | {"new.example"}, SET.own_domains),
        MatchSet(SET.contacts, SET.domains, frozenset()),
    ]
    assert len({SET.digest(), *(other.digest() for other in others)}) == 5

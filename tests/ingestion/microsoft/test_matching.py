"""Whom an address touches."""

from dataclasses import replace

import pytest

from ingestion.microsoft.matching import FREE_MAIL_DOMAINS, Match, MatchSet

SET = MatchSet(
    contacts={"jo@freemail.example": ("7", "9"), "kim@example.com": ("4",)},
    domains=frozenset({"example.com", "co.example", "freemail.example", "gmail.com"}),
    own_domains=frozenset({"msp.co.example"}),
    free_mail=frozenset({"freemail.example"}),
)


@pytest.mark.parametrize(
    ("address", "contact_ids", "domains"),
    [
        ("someone@example.com", (), ("example.com",)),
        ("Someone@MAIL.Example.COM", (), ("example.com",)),
        ("kim@example.com", ("4",), ("example.com",)),
        ("KIM@EXAMPLE.COM ", ("4",), ("example.com",)),
        ("jo@freemail.example", ("7", "9"), ()),
        ("else@freemail.example", (), ()),
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
    found = SET.match(["x@other.co.example", "jo@freemail.example", "kim@example.com"])
    assert found == Match(("4", "7", "9"), ("co.example", "example.com"))


def test_digest_changes_with_every_part_and_not_with_order() -> None:
    same = MatchSet(dict(reversed(SET.contacts.items())), SET.domains, SET.own_domains, free_mail=SET.free_mail)
    assert same.digest() == SET.digest()
    others = [
        replace(SET, contacts={**SET.contacts, "new@example.com": ("5",)}),
        replace(SET, contacts={**SET.contacts, "kim@example.com": ("5",)}),
        replace(SET, domains=SET.domains | {"new.example"}),
        replace(SET, own_domains=frozenset()),
        replace(SET, free_mail=frozenset()),
        replace(SET, own_domains=SET.free_mail, free_mail=SET.own_domains),
    ]
    assert len({SET.digest(), *(other.digest() for other in others)}) == 7


def test_known_free_mail_domain_never_matches_by_domain_whatever_the_settings_list() -> None:
    found = MatchSet({}, frozenset(FREE_MAIL_DOMAINS | {"freemail.example"})).match(
        f"someone@{domain}" for domain in FREE_MAIL_DOMAINS | {"freemail.example"}
    )
    assert found == Match((), ("freemail.example",))

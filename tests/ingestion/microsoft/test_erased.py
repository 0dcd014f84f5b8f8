"""Erased people are recognised in every text that carries them, and nobody else is taken for them."""

import pytest

from ingestion.legs import IngestionError
from ingestion.microsoft.erased import NOBODY, ErasedPeople, address_hash

KEY = b"0" * 32
ANA = "ana.o'neil@x.example"
ERASED = ErasedPeople(frozenset({address_hash(KEY, ANA)}), KEY)


@pytest.mark.parametrize(
    "text",
    [
        ANA,
        "Ana.O'Neil@X.Example",
        " ana.o'neil@x.example ",
        "Call ana.o'neil@x.example.",
        "Call ana.o'neil@x.example.Thanks",
        "<ana.o'neil@x.example>, another",
        "Fwd:ana.o'neil@x.example;kim@y.example",
        "kim@y.example,ana.o'neil@x.example",
        '[{"emailAddress":{"address":"ana.o\'neil@x.example"}}]',
        '[{"emailAddress":{"address":"ana.o\'neil\\u0040x.example"}}]',
        "https://link.example/?to=ana.o'neil%40x.example&x=1",
    ],
)
def test_text_with_the_address_carries_the_person(text: str) -> None:
    assert ERASED.carried_by([None, "", "no address", text])


@pytest.mark.parametrize(
    "text",
    [
        "dana.o'neil@x.example",
        "ana.o'neil@x.example.au",
        "ana.o'neil@sub.x.example",
        "x-ana.o'neil@x.example",
        "write to dana.o'neil@x.example",
        '[{"emailAddress":{"address":"ana.o\'neil@x.example.au"}}]',
        "ana.o'neil at x.example",
        "@x.example",
        "ana.o'neil@",
        "[ana.o'neil",
        "{@}",
    ],
)
def test_text_with_another_address_does_not(text: str) -> None:
    assert not ERASED.carried_by([text])


def test_quoted_address_in_a_text_carries_the_person() -> None:
    erased = ErasedPeople(frozenset({address_hash(KEY, "ana@x.example")}), KEY)
    assert erased.carried_by(["write to 'ana@x.example' today"])
    assert erased.carried_by(["mailto:ana@x.example?subject=x"])


def test_hash_depends_on_the_key_and_not_on_case() -> None:
    assert address_hash(KEY, ANA) == address_hash(KEY, ANA.upper()) != address_hash(b"1" * 32, ANA)


def test_hashes_without_their_key_stop_the_reading() -> None:
    with pytest.raises(IngestionError) as caught:
        ErasedPeople(frozenset({"a"}), None).carried_by(["kim@y.example"])
    assert caught.value.error_class == "erase_key_missing"


def test_nobody_erased_needs_no_key() -> None:
    assert not NOBODY and not NOBODY.carried_by([ANA])
    NOBODY.check()


def test_repr_tells_a_count_only() -> None:
    assert repr(ERASED) == "ErasedPeople(1)"

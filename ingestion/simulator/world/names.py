"""Invented people: given and family names, with letters beyond ASCII and apostrophes."""

import unicodedata
from dataclasses import dataclass

GIVEN_NAMES = (
    "Ada",
    "Björn",
    "Chloé",
    "Dmitri",
    "Eléna",
    "Farid",
    "Grace",
    "Håkon",
    "Inés",
    "Jürgen",
    "Keiko",
    "Łukasz",
    "Mónica",
    "Nadia",
    "Oísin",
    "Priya",
    "Quentin",
    "Renée",
    "Søren",
    "Tomás",
    "Uxía",
    "Vasil",
    "Wren",
    "Xóchitl",
    "Yusuf",
    "Zoë",
    "Amina",
    "Bence",
    "Cátia",
    "Dagný",
    "Émile",
    "Fumiko",
)
FAMILY_NAMES = (
    "Example",
    "O'Sample",
    "Müller-Muster",
    "Ficticio",
    "Beispiel",
    "D'Esempio",
    "Vzorová",
    "Przykład",
    "Näidis",
    "Örnek",
    "Invented",
    "Placeholder",
    "Nobody",
    "Voorbeeld",
    "Pavyzdys",
    "Fabricado",
    "Mallery",
    "Sampleton",
    "Testová",
    "Dummy",
    "Fantasía",
    "Esimerkki",
    "Príklad",
    "Eksempel",
    "Exemplu",
    "N'Examplo",
    "Utmärkt",
    "Imaginé",
    "Fauxmont",
)
# Letters that Unicode does not decompose into a base letter and an accent.
_PLAIN_LETTERS = str.maketrans({"Ł": "L", "ł": "l", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "ı": "i"})


@dataclass(frozen=True)
class PersonName:
    """A given and a family name and the mail alias made from them."""

    given: str
    family: str

    @property
    def display(self) -> str:
        """The name as people write it."""
        return f"{self.given} {self.family}"

    @property
    def alias(self) -> str:
        """Lower-case ASCII; the apostrophe stays, since a user principal name may hold one."""
        text = f"{self.given}.{self.family}".translate(_PLAIN_LETTERS)
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        return plain.lower().replace(" ", "")


def person_name(index: int) -> PersonName:
    """The name number `index`; the two lists have coprime lengths, so a pair repeats only after 928 people."""
    return PersonName(GIVEN_NAMES[index % len(GIVEN_NAMES)], FAMILY_NAMES[(index * 7) % len(FAMILY_NAMES)])

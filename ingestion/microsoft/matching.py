"""Which known customers a mail or meeting touches: exact contact addresses, and domains with their sub-domains.

Free-mail domains and the MSP's own never match by domain. What matches is told in entries of the match set, never in
an address of the mail.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingestion.microsoft.cursor import digest
from ingestion.microsoft.erased import NOBODY, ErasedPeople

FREE_MAIL_DOMAINS = frozenset(
    {
        "126.com", "163.com", "aim.com", "aol.com", "att.net", "bellsouth.net", "bigpond.com", "bluewin.ch",
        "btinternet.com", "charter.net", "comcast.net", "cox.net", "earthlink.net", "fastmail.com",
        "fastmail.fm", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net",
        "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr", "hotmail.it",
        "hushmail.com", "icloud.com", "inbox.com", "laposte.net", "libero.it", "live.co.uk", "live.com",
        "live.de", "live.nl", "mac.com", "mail.com", "mail.ru", "mailbox.org", "me.com", "msn.com", "naver.com",
        "orange.fr", "outlook.com", "outlook.de", "outlook.fr", "pm.me", "posteo.de", "proton.me",
        "protonmail.ch", "protonmail.com", "qq.com", "rocketmail.com", "rogers.com", "sbcglobal.net", "sfr.fr",
        "shaw.ca", "sky.com", "t-online.de", "talktalk.net", "telus.net", "tuta.io", "tutanota.com",
        "verizon.net", "wanadoo.fr", "web.de", "windowslive.com", "xtra.co.nz", "yahoo.ca", "yahoo.co.jp",
        "yahoo.co.uk", "yahoo.com", "yahoo.com.au", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it",
        "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """What one item touches: contact ids and domains of the match set, each sorted."""

    contact_ids: tuple[str, ...]
    domains: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.contact_ids or self.domains)


@dataclass(frozen=True)
class MatchSet:
    """Contact ids by lower-case address, and lower-case domains of customers.

    own_domains: the MSP's; they matter here where one of them lies under a customer's domain.
    free_mail: domains that strangers share, beside FREE_MAIL_DOMAINS.
    erased: people whose items may not land again, whomever else they touch.
    """

    contacts: Mapping[str, tuple[str, ...]]
    domains: frozenset[str]
    own_domains: frozenset[str] = field(default=frozenset())
    erased: ErasedPeople = NOBODY
    free_mail: frozenset[str] = field(default=frozenset())

    def match(self, addresses: Iterable[str | None]) -> Match:
        """The entries that the addresses of one item touch."""
        ids: set[str] = set()
        domains: set[str] = set()
        for address in addresses:
            if not address or "@" not in address:
                continue
            lowered = address.strip().lower()
            ids.update(self.contacts.get(lowered, ()))
            suffixes = _suffixes(lowered.rpartition("@")[2])
            if self.own_domains.isdisjoint(suffixes):
                domains.update(self.domains.intersection(suffixes) - FREE_MAIL_DOMAINS - self.free_mail)
        return Match(tuple(sorted(ids)), tuple(sorted(domains)))

    def digest(self) -> str:
        """Equal for equal sets: a change means that a window must be read again.

        Erased people do not count: their items were deleted when they were erased, and no other item may land for it.
        """
        contacts = (f"{address} {' '.join(sorted(ids))}" for address, ids in sorted(self.contacts.items()))
        entries = [*contacts, "domains", *sorted(self.domains), "own", *sorted(self.own_domains)]
        # Only where there are some: else every window would be read again for a setting that nobody made.
        return digest([*entries, *(["free", *sorted(self.free_mail)] if self.free_mail else [])])


def _suffixes(domain: str) -> tuple[str, ...]:
    """The domain and every parent of it, by whole labels: `notexample.com` is no part of `example.com`."""
    labels = domain.strip(".").split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels) - 1))

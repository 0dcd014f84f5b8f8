"""The only mailboxes that may be read: `AllowedMailbox` values come from the allowlist and from nowhere else.

A `CanaryMailbox` is no way around it: it has no address to build another URL from, and knows one path only.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ingestion.http.links import ascii_lower
from ingestion.legs import IngestionError

_SEAL = object()


class AllowedMailbox:
    """A listed mailbox; only `MailboxAllowlist` can make one. Its repr hides the address."""

    __slots__ = ("_address",)

    def __init__(self, address: str, seal: object) -> None:
        if seal is not _SEAL:
            raise _refused("a mailbox was asked for past the allowlist")
        self._address = address

    @property
    def address(self) -> str:
        """The listed address, lower case."""
        return self._address

    @property
    def path_segment(self) -> str:
        """The address as one segment of a URL path."""
        return quote(self._address, safe="@")

    def __repr__(self) -> str:
        return "AllowedMailbox(***)"


class CanaryMailbox:
    """A mailbox that must be out of the application's reach; only `MailboxAllowlist` can make one.

    It is neither an `AllowedMailbox` nor convertible to one: what can be asked of it is `probe_path`, and nothing else.
    """

    __slots__ = ("_address",)

    def __init__(self, address: str, seal: object) -> None:
        if seal is not _SEAL:
            raise _refused("a canary mailbox was made past the allowlist")
        self._address = address

    @property
    def probe_path(self) -> str:
        """The one path below the API's root that may be asked: the inbox folder itself, never what is in it."""
        return f"/users/{quote(self._address, safe='@')}/mailFolders/inbox"

    def __repr__(self) -> str:
        return "CanaryMailbox(***)"


class MailboxAllowlist:
    """The mailboxes that the settings list; compared without regard to the case of ASCII letters."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._mailboxes = {ascii_lower(address): AllowedMailbox(ascii_lower(address), _SEAL) for address in addresses}

    def __iter__(self) -> Iterator[AllowedMailbox]:
        return iter(self._mailboxes.values())

    def __len__(self) -> int:
        return len(self._mailboxes)

    def mailbox(self, address: str) -> AllowedMailbox:
        """The listed mailbox of an address.

        Errors: IngestionError `refused` for an address that is not listed; the message does not repeat it.
        """
        found = self._mailboxes.get(ascii_lower(address))
        return found if found is not None else AllowedMailbox(address, None)

    def canary(self, address: str) -> CanaryMailbox:
        """The canary of an address that is not listed.

        Errors: IngestionError `refused` for a listed address, which must answer and so proves nothing.
        """
        if ascii_lower(address) in self._mailboxes:
            raise IngestionError(
                "microsoft: the canary mailbox is on the allowlist, and nothing was sent. Expected a mailbox that must "
                "be refused.",
                error_class="refused",
                advice="Set [microsoft.mailboxes] canary to a mailbox that is not in allow.",
            )
        return CanaryMailbox(ascii_lower(address), _SEAL)


def _refused(what: str) -> IngestionError:
    return IngestionError(
        f"microsoft: {what}, and nothing was sent. Mailboxes come from [microsoft.mailboxes] allow only.",
        error_class="refused",
        advice="Add the mailbox to [microsoft.mailboxes] allow in the settings, if it may be read.",
    )

"""The only mailboxes that may be read: `AllowedMailbox` values come from the allowlist and from nowhere else."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ingestion.legs import IngestionError

_SEAL = object()


class AllowedMailbox:
    """A listed mailbox; only `MailboxAllowlist` can make one. Its repr hides the address."""

    __slots__ = ("_address",)

    def __init__(self, address: str, seal: object) -> None:
        if seal is not _SEAL:
            raise IngestionError(
                "microsoft: a mailbox was asked for past the allowlist, and nothing was sent. Mailboxes come from "
                "[microsoft.mailboxes] allow only.",
                error_class="refused",
                advice="Add the mailbox to [microsoft.mailboxes] allow in the settings, if it may be read.",
            )
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


class MailboxAllowlist:
    """The mailboxes that the settings list; compared without regard to case."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._mailboxes = {address.lower(): AllowedMailbox(address.lower(), _SEAL) for address in addresses}

    def __iter__(self) -> Iterator[AllowedMailbox]:
        return iter(self._mailboxes.values())

    def __len__(self) -> int:
        return len(self._mailboxes)

    def mailbox(self, address: str) -> AllowedMailbox:
        """The listed mailbox of an address.

        Errors: IngestionError `refused` for an address that is not listed; the message does not repeat it.
        """
        found = self._mailboxes.get(address.lower())
        return found if found is not None else AllowedMailbox(address, None)

"""Secrets: references in the settings, values only at the moment of use.

`env:NAME`, `file:/path` and `keyring:service/name` → `Secret` → `.open()` at the HTTP call. A value is never kept,
shown, compared or logged here, and errors name the places that were searched, not what was found there.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.errors import SettingsError

logger = logging.getLogger(__name__)

REFERENCE_FORMS = "env:NAME, file:/path or keyring:service/name"
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SecretError(SettingsError):
    """A secret cannot be opened, or is plainly not the secret that is needed.

    `found` says where was looked and what was expected, `remedy` what to do; neither holds the value.
    """

    def __init__(self, key: str, found: str, remedy: str) -> None:
        super().__init__(f"{key}: {found}. {remedy}")
        self.found = found
        self.remedy = remedy


@dataclass(frozen=True, repr=False)
class Secret:
    """A secret that is known only by its reference until it is opened.

    Attributes: `key` is the key path in the settings (for messages), `scheme` and `target` the reference,
    `refuse_guid` is set for Microsoft client secrets, whose Secret ID is often pasted in their place.
    """

    key: str
    scheme: str
    target: str
    base: Path = field(compare=False)
    environment: Mapping[str, str] = field(compare=False)
    refuse_guid: bool = False

    def __repr__(self) -> str:
        return "***"

    @property
    def reference(self) -> tuple[str, str]:
        """What tells this secret from another: where it is looked for."""
        return self.scheme, self.target

    @property
    def place(self) -> str:
        """Where the value is looked for, in words; safe to show."""
        match self.scheme:
            case "env":
                return f"environment variable {self.target}"
            case "file":
                return f"file {self.base / self.target}"
            case _:
                return f"keyring entry {self.target}"

    def open(self) -> str:
        """The secret's value, read anew at every call.

        Errors: SecretError naming the place searched if there is nothing, or if a Microsoft client secret is a GUID.
        """
        match self.scheme:
            case "env":
                value = self.environment.get(self.target, "")
            case "file":
                value = self._read_file()
            case _:
                value = self._read_keyring()
        if not value.strip():
            raise SecretError(
                self.key,
                f"no secret found. Searched: {self.place}. Expected a value there",
                f"Set it, or point {self.key} to another place ({REFERENCE_FORMS}).",
            )
        if self.refuse_guid and GUID.fullmatch(value.strip()):
            raise SecretError(
                self.key,
                f"{self.place} holds a GUID, which is the Secret ID of a Microsoft client secret; expected its Value",
                "The portal shows the Value only once: create a new client secret under Certificates & secrets, copy "
                "its Value there, and try again. No request was sent.",
            )
        return value

    def _read_file(self) -> str:
        path = self.base / self.target
        try:
            # Editors on Windows put a byte order mark before the text, which no vendor takes as part of a secret.
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise SecretError(
                self.key,
                f"{self.place} is not UTF-8 text. Expected one line with the secret",
                "Write it again as text.",
            ) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "unreadable"
            raise SecretError(
                self.key,
                f"no secret found. Searched: {self.place} ({reason}). Expected a text file",
                "Create it with the secret in it, or correct the path.",
            ) from error
        value = text.rstrip("\r\n")
        if value != value.strip():
            # A copied secret with a blank at its end fails at the vendor with an error that never mentions blanks.
            logger.warning("%s: blanks around the secret in %s were ignored", self.key, self.place)
        return value.strip()

    def _read_keyring(self) -> str:
        import keyring
        import keyring.errors

        service, name = self.target.split("/", 1)
        try:
            return keyring.get_password(service, name) or ""
        except keyring.errors.KeyringError as error:
            raise SecretError(
                self.key,
                f"{self.place} could not be read ({type(error).__name__}). Expected an unlocked keyring",
                f"Unlock it, or point {self.key} to another place ({REFERENCE_FORMS}).",
            ) from error


def reference_parts(text: str) -> tuple[str, str] | None:
    """Scheme and target of a secret reference, or None if the text is not one."""
    scheme, separator, target = text.partition(":")
    if not separator or not target or target != target.strip():
        return None
    if scheme == "env" and ENVIRONMENT_NAME.fullmatch(target):
        return scheme, target
    if scheme == "file":
        return scheme, target
    if scheme == "keyring":
        service, slash, name = target.partition("/")
        return (scheme, target) if service and slash and name else None
    return None

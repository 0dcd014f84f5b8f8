"""URLs within a text → their hosts. A link to a meeting or a document opens it for whoever holds it, so none is kept.

It must not decide which columns hold such texts.
"""

import re

# Cheap to look for, in Arrow's regular expressions too; a text without any of these holds no link.
MAY_HOLD_LINK = "[:/?#]"
_LINK = re.compile(
    r"""
    (?P<scheme>[a-z][a-z0-9+.-]*):[/\\]{2,}(?P<rest>[^\s<>"]*)            # https://…, zoommtg://…
    | \b(?P<opaque>msteams|sips?|tel|callto|skype):[^\s<>"]+             # a dial-in may hold its passcode
    | (?P<bare>(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+(?::\d+)?)[/?\#][^\s<>"]*  # zoom.us/j/1?pwd=…
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AUTHORITY_END = re.compile(r"[/\\?#]")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+|\w[\w.-]*")


def without_links(text: str) -> str:
    """The text with each URL's host in its place; its scheme's name where it has no host."""
    return _LINK.sub(_host, text)


def _host(link: re.Match[str]) -> str:
    if link["bare"]:
        return link["bare"]
    if link["opaque"]:
        return link["opaque"]
    # Before an @ stand user and password.
    authority = _AUTHORITY_END.split(link["rest"], maxsplit=1)[0].rsplit("@", 1)[-1]
    return authority if _HOST.fullmatch(authority) else link["scheme"]

"""The command line of `tenantry`: commands, flags and their help, and nothing that needs a heavy import.

docs/commands.md is generated from these parsers.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NoReturn

USAGE_EXIT_CODE = 64
SETTINGS_HELP = "settings file; default: TENANTRY_SETTINGS, else ./tenantry.toml"
EXIT_CODES = """exit codes:
  0   done; every load ended loaded, unchanged, not licensed, not offered or skipped
  1   nothing published, or a check failed
  2   published, but a load failed, was partial or was not permitted
  64  usage or settings error; nothing touched"""


class CommandParser(argparse.ArgumentParser):
    """A parser that ends with exit code 64 and says what to do next."""

    def error(self, message: str) -> NoReturn:
        """Print one paragraph and exit with the usage code."""
        print(f"{self.prog}: {message}. See `{self.prog} --help`.", file=sys.stderr)
        raise SystemExit(USAGE_EXIT_CODE)


def iso_date(text: str) -> date:
    """A date argument."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a date such as 2026-11-08") from error


def vendor_names(text: str) -> tuple[str, ...]:
    """Vendor names of `--only`, separated by commas."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise argparse.ArgumentTypeError("found no name, expected vendors such as microsoft,psa")
    return names


def command_parser() -> CommandParser:
    """The whole parser; a parsed command carries `module`, the module in `orchestration.commands` that runs it."""
    parser = CommandParser(
        prog="tenantry",
        description="Margin, licence leakage, posture and mail context of an MSP's customers, in one warehouse.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _settings_flag(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    _init(commands.add_parser)
    _doctor(commands.add_parser)
    _run(commands.add_parser)
    _publish(commands.add_parser)
    _status(commands.add_parser)
    _undo_observation(commands.add_parser)
    _purge(commands.add_parser)
    _erase(commands.add_parser)
    _demo(commands.add_parser)
    _contracts(commands.add_parser)
    return parser


def _settings_flag(parser: argparse.ArgumentParser, *, is_read: bool = True) -> None:
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        # Suppressed, so that a command's parser does not overwrite the flag given before the command.
        default=argparse.SUPPRESS,
        help=SETTINGS_HELP if is_read else "accepted by every command; this one reads no settings",
    )


def _command(
    add: Callable[..., CommandParser], name: str, module: str, summary: str, text: str, *, reads_settings: bool = True
) -> CommandParser:
    parser = add(
        name,
        help=summary,
        description=text,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _settings_flag(parser, is_read=reads_settings)
    parser.set_defaults(module=module)
    return parser


def _init(add: Callable[..., CommandParser]) -> None:
    _command(
        add,
        "init",
        "init",
        "write a commented tenantry.toml and config/",
        "Write a commented settings file and the headers of the reviewed CSV files beside it.\n"
        "Existing files are left as they are.",
    )


def _doctor(add: Callable[..., CommandParser]) -> None:
    parser = _command(
        add,
        "doctor",
        "doctor",
        "check settings, credentials, consent, licences and mailbox scope",
        "Check settings, reviewed files, credentials and their expiry, clock, permissions (missing and not needed),\n"
        "licences and mailbox scope per tenant, PSA and distributors. Prints a table with a remedy per row; reads,\n"
        "never writes. docs/doctor.md explains the rows.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")


def _run(add: Callable[..., CommandParser]) -> None:
    parser = _command(
        add,
        "run",
        "run",
        "load, build, check and publish",
        "The whole job: load from the vendors, build the marts, check them, publish them.",
    )
    parser.add_argument(
        "--tenant",
        metavar="T",
        type=str.lower,
        action="extend",
        nargs=1,
        default=[],
        help="read only this tenant of [[microsoft.tenants]]; may be given several times",
    )
    parser.add_argument(
        "--only",
        metavar="V,…",
        type=vendor_names,
        default=(),
        help="read only these: microsoft, psa, distributors, or a vendor's name",
    )
    parser.add_argument("--full-refresh", action="store_true", help="read everything again; history is kept")
    parser.add_argument(
        "--as-of", metavar="DATE", type=iso_date, help="observation and closing date; default: today (UTC)"
    )


def _publish(add: Callable[..., CommandParser]) -> None:
    parser = _command(
        add,
        "publish",
        "publish",
        "rebuild and publish the marts without asking a vendor",
        "Rebuild the marts at the last observation, check and publish them; no vendor is asked.\n"
        "With --as-of they are rebuilt as of a past date into a file of their own.",
    )
    parser.add_argument("--as-of", metavar="D", type=iso_date, help="closing date in the past; needs --to")
    parser.add_argument(
        "--known-at", metavar="K", type=iso_date, help="with what was known on this date; needs --as-of"
    )
    parser.add_argument("--to", metavar="FILE", type=Path, help="write this file instead of the published copy")


def _status(add: Callable[..., CommandParser]) -> None:
    _command(
        add,
        "status",
        "status",
        "freshness and last result per vendor, tenant and table",
        "Show freshness and the last result per vendor, tenant and table, from the published copy.",
    )


def _undo_observation(add: Callable[..., CommandParser]) -> None:
    parser = _command(
        add,
        "undo-observation",
        "undo_observation",
        "take back the last observation, as after a run with a false date",
        "Take back every run of the last observation date, from rows, history and ledger, so that a run at the true\n"
        "date works again and reads everything in full. Writes a backup of the warehouse next to it first. The\n"
        "published copy stays until that run.",
    )
    parser.add_argument("date", metavar="DATE", type=iso_date, help="the last observation date")


def _purge(add: Callable[..., CommandParser]) -> None:
    parser = _command(
        add,
        "purge",
        "purge",
        "remove mail and calendar data that the settings do not keep",
        "Remove mail and calendar data out of the window or of a mailbox that is not listed any more, from every\n"
        "file, with a receipt. Each run does the same for its own tables; this rewrites the files as well.",
    )
    parser.add_argument("--as-of", metavar="DATE", type=iso_date, help="end of the window; default: today (UTC)")


def _erase(add: Callable[..., CommandParser]) -> None:
    parser = _command(
        add,
        "erase",
        "erase",
        "remove a person from mail and calendar data everywhere",
        "Remove a person from mail and calendar data in every file, with a receipt, and keep them out of later\n"
        "loads by a keyed hash of the address. Directory users and PSA contacts stay.",
    )
    parser.add_argument(
        "--person", metavar="ADDRESS", required=True, help="the mail address; - reads it from standard input"
    )


def _demo(add: Callable[..., CommandParser]) -> None:
    _command(
        add,
        "demo",
        "demo",
        "build a demo MSP under ./demo-msp/",
        "Start the simulator, load a demo MSP at several dates, build and publish it under ./demo-msp/,\n"
        "and say where to look. Needs no account and no settings file.",
        reads_settings=False,
    )


def _contracts(add: Callable[..., CommandParser]) -> None:
    parser = _command(add, "contracts", "contracts", "work with the data contracts", "Work with the data contracts.")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    _command(
        actions.add_parser,
        "check",
        "contracts",
        "check that contracts are valid and hold nothing forbidden",
        "Check that every contract is valid, lists nothing forbidden and breaks nothing since the last release.",
        reads_settings=False,
    )

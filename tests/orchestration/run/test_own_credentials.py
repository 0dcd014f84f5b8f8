"""Our own credential's end through the whole chain: Graph → mart → summary and calendar file."""

from datetime import date, datetime

from ingestion.simulator.world import World
from tests.product import Product

GRAPH_ROW = "select credential_id, expires_date, state, evidence from marts.ops_credentials where vendor = 'microsoft'"


def end_in_graph(world: World) -> date:
    """When the secret of our app ends, as the MSP's own tenant lists it."""
    client_id = world.credentials["graph"]["client_id"]
    apps = [
        app
        for tenant in world.at(world.observation_dates[0]).tenants.values()
        for app in tenant.collections.get("applications", [])
        if app["appId"] == client_id
    ]
    assert len(apps) == 1
    return datetime.fromisoformat(apps[0]["passwordCredentials"][0]["endDateTime"]).date()


def test_own_secret_is_dated_by_graph_and_told_in_summary_and_calendar(product: Product, world: World) -> None:
    ends_on = end_in_graph(world)
    text = product.settings.read_text(encoding="utf-8")
    assert "secret_expires_on = " in text and (ends_on - world.observation_dates[0]).days in range(31, 61)
    # Without the settings' date only Graph knows the end.
    lines = [line for line in text.splitlines() if not line.startswith("secret_expires_on")]
    lines.insert(lines.index("[microsoft]") + 1, 'expiry_calendar = "calendar/expiry.ics"')
    product.settings.write_text("\n".join(lines), encoding="utf-8")

    ended = product.tell("publish")

    assert ended.exit_code == 0, ended.text
    client_id = world.credentials["graph"]["client_id"]
    assert product.ask(GRAPH_ROW) == [(client_id, ends_on, "expiring", "graph")]
    days = (ends_on - world.observation_dates[0]).days
    assert f"expires on {ends_on}, in {days} days (within 60). Renew it:" in ended.text
    calendar = (product.folder / "calendar" / "expiry.ics").read_bytes()
    assert calendar.count(b"BEGIN:VEVENT\r\n") == 1 and calendar.count(b"BEGIN:VALARM\r\n") == 3
    assert f"DTSTART;VALUE=DATE:{ends_on:%Y%m%d}\r\n".encode() in calendar
    assert not [value for value in world.secret_environment().values() if value.encode() in calendar]

"""Names for the small world's tenants, by their default domain."""

from ingestion.simulator.world import World

MSP, ALDER, BJORK = "harborvine.example", "alder.example", "bjork.example"


def tenant_id(world: World, domain: str) -> str:
    """The GUID of the tenant with this domain."""
    snapshot = world.at(world.observation_dates[0])
    return next(guid for guid, tenant in snapshot.tenants.items() if domain in tenant.domains)

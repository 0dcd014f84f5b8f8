"""The generated world behind the simulator: an invented MSP with its customers, and the truth about it."""

from ingestion.simulator.world.generation import World, generate
from ingestion.simulator.world.shapes import MailboxSnapshot, Snapshot, TenantSnapshot

__all__ = ["MailboxSnapshot", "Snapshot", "TenantSnapshot", "World", "generate"]

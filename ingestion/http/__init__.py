"""Reading vendors over HTTP: allow-listed, bounded, accounted, and never writing."""

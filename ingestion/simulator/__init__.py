"""A local stand-in for the vendors: an HTTPS server on loopback that speaks as their APIs do.

It imports no project code: a simulator that shares code with the client would share its bugs.
Start it with `ingestion.simulator.serve.start` or `python -m ingestion.simulator`.
"""

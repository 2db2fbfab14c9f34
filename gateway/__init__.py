"""WORK: everything that touches the world.

Five floors, each importing only downwards: edges (cli, api, console, client) · journeys (intake,
release, analysis, audit) · spine (law, log, ledger) · store · ground (keys, net, settings, clock,
errors, events).
"""

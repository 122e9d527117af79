"""Emulate Alibaba Cloud on loopback.

Container Registry, RAM and STS are served over their real wire protocol.

Start it with ``python -m acr_emulator --world WORLD.yml``; the README beside this package says the rest.
"""

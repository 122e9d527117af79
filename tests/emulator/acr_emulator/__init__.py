"""A local Alibaba Cloud: Container Registry, RAM and STS over their real wire protocol, on loopback only.

Start it with ``python -m acr_emulator --world WORLD.yml``; the README beside this package says the rest.
"""

"""Push for clients, and look at the emulator afterwards."""

from __future__ import annotations

from acr_emulator.testing import Emulator

from .story import EXPECTED, SOURCE

REFUSALS = {code for code, _status in EXPECTED["refusals"].values()}


def push(emulator: Emulator, tag: str) -> None:
    image = {"instance_id": SOURCE, "namespace": "shop", "repository": "cart", "tags": [tag]}
    emulator.post("/_emulator/images", image)


def seen(emulator: Emulator) -> None:
    """Check that the image arrived and the rest is undone.

    Only those calls may have been refused that should be.
    """
    a, b = emulator.state()["accounts"]
    assert a["instances"][0]["sync_rules"] == b["roles"] == b["policies"] == []
    (namespace,) = b["instances"][0]["namespaces"]
    ((repository,), images) = namespace["repositories"], namespace["repositories"][0]["images"]
    assert (namespace["name"], repository["name"], [image["tag"] for image in images]) == ("shop", "cart", ["v1.0"])
    codes = [call["code"] for call in emulator.calls()]
    assert {code for code in codes if code not in ("", "success")} == REFUSALS
    assert all(sum(code == refusal for code in codes) == 1 for refusal in REFUSALS)

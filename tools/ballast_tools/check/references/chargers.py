"""Chargers on the bench that have everything a reference describes."""

from ballast_bench.rigs.web import WebRig

NETWORKS = {"home": ("home-pass-1", 6, -52), "cafe": ("", 11, -83)}


class NoUpdate:
    """What the update's routes need of services/update.Update; it takes no file."""

    max_bytes = 4096

    def status(self):
        return {"busy": False, "percent": 0, "error": "", "ready": None, "version": "1.0", "security": 0,
                "trial": False, "last": ""}  # fmt: skip


class Whole(WebRig):
    """A charger with Wi-Fi, the measurement's routes and updates."""

    def __init__(self, **kw):
        kw.setdefault("assets", (".", {}))
        super().__init__(measure=True, networks=NETWORKS, access_point=("Ballast-1", "label-wifi-1"), **kw)

    def fit(self, env, node):
        env.update = NoUpdate()

"""espnow of the fakes: each frame comes back 3 ms later; every 50th is lost."""

from world import now


class ESPNow:
    def __init__(self):
        self._frame = None
        self._n = 0

    def active(self, on):
        pass

    def add_peer(self, mac):
        pass

    def send(self, mac, frame, sync):
        self._n += 1
        self._frame = (mac, bytes(frame)) if self._n % 50 else None

    def recv(self, timeout_ms):
        if self._frame is None:
            now.advance(timeout_ms * 1000)
            return None, None
        now.advance(3000)
        frame, self._frame = self._frame, None
        return frame

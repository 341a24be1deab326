"""A charger and a phone: the whole firmware's BLE on one end, a bumble client on the other."""

import json

from bumble.core import UUID
from bumble.device import Peer

from ballast.protocol import ble_frames as f
from ballast.protocol import improv, password
from ballast.protocol.hmac_sha256 import HmacKey
from ballast_bench.devices.ble_radio import BleAir
from ballast_bench.rigs.web import LABEL, WebRig

NETWORKS = {"house": ("correct-horse", 6, -50), "open house": ("", 1, -70)}
ACCESS_POINT = ("Ballast-0001", "label-wifi-1")


class BleRig(WebRig):
    """WebRig with Bluetooth in the air. fresh: the setup is not done, so the window opens."""

    def __init__(self, fresh=True, **kw):
        self.air = BleAir()
        settings = dict(kw.pop("settings", {}), installed=0 if fresh else 1)
        super().__init__(assets=(".", {}), networks=dict(NETWORKS), access_point=ACCESS_POINT,
                         settings=settings, **kw)  # fmt: skip
        self.device = self.node.device
        self.radio = self.air.radios[0]

    def fit(self, env, node):
        from ballast.ports.ble import BlePort

        self.air.fit(node.device)
        env.ble = BlePort("Ballast")

    @property
    def on(self):
        return self.device.ble is not None and self.device.ble.active()

    def do(self, coroutine):
        """Run a coroutine in the world to its end; its result."""
        self.world.set_pace(None)
        return self.world._run(coroutine)

    def press(self, seconds):
        """Hold the charger's button."""
        self.node.cp.button = 1  # not at the pad: the wiring drives it anew with each change of an input
        self.world.run(seconds)
        self.node.cp.button = 0
        self.world.run(0.3)

    def radio_handles(self):
        """Value handles of (RX, TX)."""
        return self.device.ble.services[1][1][1:]

    def kinds(self):
        return [(e["kind"], e["detail"]) for e in self.events.document()]


class Phone:
    """A GATT client that knows the two services. await Phone().find(rig)"""

    def __init__(self):
        self.seen = []  # advertising data of what was found
        self.heard = []  # messages of the charger's service
        self.notes = []  # (Improv characteristic, bytes)
        self._chunks = f.MessageAssembler(f.MAX_MESSAGE)
        self.seal = None
        self.number = 0

    async def find(self, rig, seconds=3):
        """Look for Improv's service in the air; connect when it is there. True, or False."""
        self.rig = rig
        self.device = await rig.air.central()
        self.device.on("advertisement", self.seen.append)
        await self.device.start_scanning()
        await self.wait(lambda: self.seen, seconds)
        await self.device.stop_scanning()
        if not self.seen:
            return False
        self.link = await self.device.connect(self.seen[0].address)
        self.gone = False
        self.link.on("disconnection", lambda _reason: setattr(self, "gone", True))
        return True

    async def wait(self, condition, seconds):
        """Until condition() holds, at most so long in the world's time."""
        import asyncio

        end = self.rig.world.now_s + seconds
        while not condition() and self.rig.world.now_s < end:
            await asyncio.sleep(0.02)
        return condition()

    async def discover(self, mtu=185):
        peer = Peer(self.link)
        if mtu:
            await peer.request_mtu(mtu)
        await peer.discover_services()
        self.chars = {}
        for service in peer.services:
            for char in await service.discover_characteristics():
                self.chars[str(char.uuid).lower()] = char
        for uuid in (improv.STATE, improv.ERROR, improv.RESULT):
            await self._at(uuid).subscribe(lambda v, u=uuid: self.notes.append((u, bytes(v))))
        await self._at(f.TX).subscribe(self._hear)
        return self

    def _at(self, uuid):
        return self.chars[str(UUID(uuid)).lower()]

    def _hear(self, value):
        message = self._chunks.feed(bytes(value))
        if message is not None:
            self.heard.append(message)

    async def read(self, uuid):
        return bytes(await self._at(uuid).read_value())

    async def write(self, uuid, data, response=True):
        await self._at(uuid).write_value(data, with_response=response)

    # Improv

    def last(self, uuid):
        return next((v for u, v in reversed(self.notes) if u == uuid), None)

    async def improv(self, packet, size=20):
        """Write a packet in pieces of `size` bytes, as a client with the least MTU does."""
        for at in range(0, len(packet), size):
            await self.write(improv.COMMAND, packet[at : at + size])

    async def send_wifi(self, ssid, key):
        data = bytes((len(ssid),)) + ssid.encode() + bytes((len(key),)) + key.encode()
        await self.improv(improv.encode_packet(improv.SEND_WIFI, data))

    async def state(self, state, seconds=40):
        """Wait for a state of Improv."""
        return await self.wait(lambda: self.last(improv.STATE) == bytes((state,)), seconds)

    def results(self):
        """The texts of the last result, put together from its notifications."""
        raw = b"".join(v for u, v in self.notes if u == improv.RESULT)
        packet = improv.PacketAssembler().feed(raw)
        return None if packet is None else improv.decode_strings(packet[1])

    # the charger's own service

    async def message(self, message, seconds=3):
        """Send one; the answer, None when none came."""
        count = len(self.heard)
        for chunk in f.chunks(message, self.link.att_mtu - 3):
            await self.write(f.RX, chunk)
        await self.wait(lambda: len(self.heard) > count, seconds)
        return self.heard[count] if len(self.heard) > count else None

    async def hello(self):
        return await self.message(bytes((f.HELLO, f.VERSION)) + b"phone's nonce 16")

    async def prove(self, code=LABEL):
        """Prove the setup code. The charger's answer; self.seal is set when it was right."""
        answer = await self.hello()
        if answer is None or answer[0] != f.CHALLENGE:
            return answer
        _, iterations, salt = f.decode_info(await self.read(f.INFO))
        work = password.Pbkdf2(code.encode(), salt, iterations)
        work.step(iterations)
        key = HmacKey(work.digest())
        nonces = b"phone's nonce 16" + answer[2:]
        answer = await self.message(bytes((f.PROOF,)) + f.proof(key, b"client", nonces))
        if answer[0] == f.WELCOME:
            assert answer[1:] == f.proof(key, b"charger", nonces)
            self.seal = f.Seal(key, nonces, False)
        return answer

    async def command(self, name, **parameters):
        """A command in the proven session; the answer as a dict."""
        self.number += 1
        fields = dict(parameters, id=self.number, command=name)
        answer = await self.message(self.seal.seal(json.dumps(fields).encode()))
        return json.loads(self.seal.open(answer))

"""A charger on a VM in real time: its step cuts in between any two bytecodes, as on the chip.

The VM has its own clock, aligned once at its start. Calls of the main program and of callbacks come
on a channel each, since a callback may cut into a call whose answer is still on its way.
"""

import asyncio
import json
import select
import time

import ballast_bench.fakes as fakes
from ballast_bench.vm import remote
from ballast_bench.vm.charger import VmCharger
from ballast_bench.vm.process import VmDied

_JUDGE = b"\xff\xff" + bytes(4)
_START_S = 60.0  # chosen: until the App has started; 0.2 s on a machine with nothing else to do
_LOOK_S = 30.0  # chosen: how long a judge waits for a VM that computes


class RealTimeCharger(VmCharger):
    """See above. late_s: from a tick to the end of its callback, of the last thousand."""

    REAL = True

    def _begin(self):
        self.late_s = []
        self._sent_s = None
        self._asked = None
        self._ended = self.node.world.loop.create_future()
        self._until(b"S", _START_S)
        for channel in (self.process.main, self.process.cut_in):
            self.node.world.loop.add_reader(channel, self._readable, channel)

    def _until(self, kind, most_s):
        """Serve the VM until it sends this kind of message, which is returned."""
        process = self.process
        end_s = time.monotonic() + most_s
        while time.monotonic() < end_s:
            for channel in select.select([process.main, process.cut_in], [], [], 0.1)[0]:
                message = process.receive(channel)
                if message[:1] == kind:
                    return message
                with self.device:
                    self._handle(channel, message)
        raise VmDied(f"the VM did not answer within {most_s:g} s\n{process.printed()}")

    async def _go_on(self):
        """Until the VM resets itself or ends."""
        await asyncio.shield(self._ended)

    def power_off(self):
        if self.process is not None:
            for channel in (self.process.main, self.process.cut_in):
                self.node.world.loop.remove_reader(channel)
        super().power_off()

    def _readable(self, channel):
        """One message. What it ends with is raised in run(), which the world watches."""
        try:
            with self.device:
                self._handle(channel, self.process.receive(channel))
        except (fakes.HardReset, fakes.SoftReset, fakes.FakeError, VmDied) as error:
            self._end(error)

    def _end(self, error):
        if self.process is not None:
            self.power_off()
        if not self._ended.done():
            self._ended.set_exception(error)

    def _handle(self, channel, message):
        self._pass_time()
        kind = message[:1]
        if kind == b"D":
            if self._sent_s is not None:
                self.late_s = [*self.late_s[-999:], time.monotonic() - self._sent_s]
                self._sent_s = None
            self.shared.show()
        elif kind == b"J":
            self.process.send(channel, b"A" + self._asked)
        else:
            self._answer(channel, message, channel is self.process.cut_in)

    def _run_callback(self, number, args):
        if self.process is None:
            return
        self.shared.show()
        if self._sent_s is None:
            self._sent_s = time.monotonic()
        try:
            self.process.tick.send(self._packed(number, args))
        except OSError:
            pass  # it has just died; the main channel says so

    def evaluate(self, expression):
        """A judge's question is a callback too, which fetches it."""
        self._asked = expression.encode()
        self.process.tick.send(_JUDGE)
        return remote.value_of(json.loads(self._until(b"V", _LOOK_S)[1:]))

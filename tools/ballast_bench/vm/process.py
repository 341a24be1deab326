"""One VM as a process: it dies with kill -9, as a chip does without power."""

import json
import select
import socket
import struct
import subprocess

from ballast_bench.errors import UserError
from ballast_bench.vm import package

BOOT = """\
import os, sys, uctypes, vfs
at, size = [int(x) for x in os.getenv("MAP_BASE").split(":")]
vfs.mount(vfs.VfsRom(memoryview(uctypes.bytearray_at(at + 4096, size - 4096))), "/base")
sys.path[:] = ["/base", ".frozen"]
import vm_start
vm_start.install()
from _boot import *
import boot
vm_start.watch_loader()
import base_main
"""
"""As the port does it: _boot.py in the namespace of __main__, boot.py, then the frozen main.py."""

_MOST = 70_000
_TAIL = 1500  # characters of what it printed last


class VmDied(UserError):
    """The VM ended by itself; the text has what it printed last."""


class BootFailed(VmDied):
    """The charger does not start: one line with the loader's reason."""


class HeapTooSmall(BootFailed):
    """It does not start in the heap that was given."""


class VmProcess:
    """maps: {name: path} of flash and shared page. config: what the VM is told. heap: such as "650k"."""

    def __init__(self, maps, config, heap, log):
        self._log = log
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(3)]
        self.main, self.cut_in, self.tick = (ours for ours, _ in pairs)
        theirs = [end for _, end in pairs]
        names = ("main", "cut_in", "tick")
        config = {**config, **{n: end.fileno() for n, end in zip(names, theirs, strict=True)}}
        environment = package.environment(
            VM_MAPS=";".join(f"{name}={path}" for name, path in maps.items()),
            VM_CONFIG=json.dumps(config),
        )
        with open(log, "ab") as out:
            self._process = subprocess.Popen(
                package.command(heap, "-c", BOOT), env=environment, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, pass_fds=[end.fileno() for end in theirs],
            )  # fmt: skip
        for end in theirs:
            end.close()

    @property
    def pid(self):
        return self._process.pid

    def receive(self, channel, wait_s=60.0):
        """The next message; VmDied when it has ended, or says nothing for so long."""
        if not select.select([channel], [], [], wait_s)[0]:
            raise VmDied(f"the VM has said nothing for {wait_s:g} s\n{self.printed()}")
        data = channel.recv(_MOST)
        if not data:
            status = self._process.wait()
            raise VmDied(f"the VM ended with status {status}\n{self.printed()}")
        return data

    @staticmethod
    def send(channel, data):
        """One message with its length first. A VM that has just died does not hear it."""
        try:
            channel.send(struct.pack("<I", len(data)))
            channel.send(data)
        except OSError:
            pass

    def printed(self):
        """What it printed last."""
        return self._log.read_text(errors="replace")[-_TAIL:]

    def poll(self):
        """Its exit status, None = it runs."""
        return self._process.poll()

    def kill(self):
        """Its power is gone."""
        self._process.kill()
        self._process.wait()
        for channel in (self.main, self.cut_in, self.tick):
            channel.close()

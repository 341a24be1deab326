"""Virtual time: where asyncio would wait, the bench moves its world on.

asyncio's queue is C and stamps what is ready at once with the real ticks. The virtual ticks of
`core.ticks` lie after all of them. So what is ready comes first, in its order, and then the timers.
"""

import asyncio.core as core
import select

import vm_link as link

_AFTER_ALL_REAL = 1 << 45
_NEVER = 0xFFFFFFFF


class Queue(core.IOQueue):
    """Two lists: sockets go to poll(); what has no file descriptor (ThreadSafeFlag) is asked here.

    poll() waits a real millisecond, even with timeout 0, once one of its objects has none.
    """

    def __init__(self):
        self.poller = select.poll()
        self.map = {}
        self._soft = []
        self._files = 0

    def wait_io_event(self, dt):
        """dt: ms to the next timer, -1 = there is none."""
        if dt == 0 or self.ready():
            return
        main = link.main
        main.file.write(b"I" + (dt if dt >= 0 else _NEVER).to_bytes(4, "little"))
        while True:
            size = main.take()
            if main.answer[0] == 71:  # G: the time is over, or something is ready
                self.ready()
                return
            link.other(main, size)

    def _enqueue(self, stream, which):
        core.cur_task.data = self  # where cancel() finds it
        entry = self.map.get(id(stream))
        if entry is not None:
            entry[which] = core.cur_task
            if entry[3]:
                self.poller.modify(stream, select.POLLIN | select.POLLOUT)
            return
        entry = [None, None, stream, hasattr(stream, "fileno")]
        entry[which] = core.cur_task
        self.map[id(stream)] = entry
        if entry[3]:
            self._files += 1
            self.poller.register(stream, select.POLLOUT if which else select.POLLIN)
        else:
            self._soft.append(entry)

    def _dequeue(self, stream):
        entry = self.map.pop(id(stream))
        if entry[3]:
            self._files -= 1
            self.poller.unregister(stream)
        else:
            self._soft.remove(entry)

    def remove(self, task):
        for entry in [e for e in self.map.values() if e[0] is task or e[1] is task]:
            self._dequeue(entry[2])

    def ready(self):
        """Queue the tasks whose stream is ready now; whether there was one."""
        found = False
        for entry in list(self._soft) if self._soft else ():
            if entry[0] is not None and entry[2].ioctl(3, select.POLLIN):
                found = True
                self._fire(entry[2], select.POLLIN)
        if self._files:
            for stream, event in self.poller.ipoll(0):
                found = True
                self._fire(stream, event)
        return found

    def _fire(self, stream, event):
        entry = self.map[id(stream)]
        if event & ~select.POLLOUT and entry[0] is not None:
            core._task_queue.push(entry[0])
            entry[0] = None
        if event & ~select.POLLIN and entry[1] is not None:
            core._task_queue.push(entry[1])
            entry[1] = None
        if entry[0] is None and entry[1] is None:
            self._dequeue(stream)
        elif entry[3]:
            self.poller.modify(stream, select.POLLOUT if entry[0] is None else select.POLLIN)


def install():
    core.ticks = lambda: _AFTER_ALL_REAL + link.now_us() // 1000
    core._io_queue = Queue()
    core.IOQueue = Queue
    link.view["ready"] = core._io_queue.ready

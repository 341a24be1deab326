"""High-water marks: the smallest stack in which a step runs, and what the heaps had left at least."""

import time

from common import attempt, cost, mount_application, timed, value

SIZES = range(4096, 16385, 512)  # below 4096 the port takes 4096 (mpthreadport.c)


def main(params):
    mount_application()
    attempt("step_stack_bytes", step_stack, params)
    attempt("idf_least_free", least_free)


def step_stack(params):
    import _thread

    step_cost = __import__("step_cost")

    ideal = step_cost.Ideal(True)
    for _ in range(60):  # once around: each branch has run, and what is made at its first run is there
        ideal.feed()
        ideal.charger.step(ideal.now_ms, ideal.scan, ideal.out)
    cost("thread_start", 1, timed(_thread.start_new_thread, 3, nothing, ()))
    time.sleep_ms(50)
    before = _thread.stack_size()
    try:
        for size in SIZES:
            _thread.stack_size(size)
            if runs(_thread, ideal):
                value("step_stack_bytes", size)
                return
    finally:
        _thread.stack_size(before)
    raise RuntimeError("no step within %d bytes" % SIZES[-1])


def nothing():
    pass


def runs(threads, ideal):
    """Whether 60 steps run in a thread of the size that is set."""
    done = []

    def work():
        try:
            for _ in range(60):
                ideal.feed()
                ideal.charger.step(ideal.now_ms, ideal.scan, ideal.out)
            done.append(True)
        except RuntimeError:  # maximum recursion depth exceeded: the stack's end
            done.append(False)

    threads.start_new_thread(work, ())
    while not done:
        time.sleep_ms(5)
    return done[0]


def least_free():
    import esp32
    import micropython

    rows = esp32.idf_heap_info(esp32.HEAP_DATA)
    value("idf_least_free", [[row[0], row[3]] for row in rows])
    value("main_stack_bytes", micropython.stack_use())

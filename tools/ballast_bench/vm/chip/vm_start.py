"""Power on: the chip's modules come first, then what the base image has frozen.

`run()` is called after _boot.py and boot.py have run, with the loader as frozen main.py does.
"""

import gc
import sys

import vm_hardware
import vm_link as link
import vm_modules
import vm_time

if link.REAL:
    import vm_real as waiting
else:
    import vm_waiting as waiting


def install():
    """The chip's modules, and the host's file system out of reach."""
    import vfs

    vm_time.install()
    waiting.install()
    vm_hardware.install()
    vm_modules.install()
    vfs.umount("/")
    gc.collect()
    link.view["fakes_bytes"] = gc.mem_alloc()


def watch_loader():
    """The bench's part of the start: what a test rig would have set, and the App for judges."""
    import loader

    mount = loader.mount

    def mount_and_look(slots, slot):
        mount(slots, slot)
        link.view["slot"] = slot
        _rig()

    loader.mount = mount_and_look


def _rig():
    """Settings and files as of long ago, and the time until the market's rule lets it charge."""
    import main
    from ballast.compose import chip, factory

    settings_of, env_of, begin = factory.settings, chip.make_env, main.App.start
    config = link.config

    def settings(document):
        made, problems = settings_of(document)
        for key, value in config["settings"].items():
            made.set(key, value)
        return made, problems

    def make_env(*args):
        made = env_of(*args)
        env = made[0]
        if config["restore_delay_s"] is not None:
            env.restore_delay_s = config["restore_delay_s"]
        if config["step_us"] is not None:
            env.heap = Heap
        for name, text in config["files"].items():
            if env.storage.load(name)[0] is None:
                env.storage.save(name, text.encode())
        env.wifi.radio_on(config["channel"])
        return made

    def start(app):
        link.view["app"] = app
        if config["step_us"] is not None:
            app._step = _paid(app, config["step_us"])
        begin(app)
        gc.collect()
        link.view["boot_bytes"] = gc.mem_alloc()
        link.main.file.write(b"S")

    link.view["gc"] = gc
    _replace(settings_of, settings)
    _replace(env_of, make_env)
    main.App.start = start


def _replace(old, new):
    """Put `new` wherever a module of the firmware has `old`: the build puts modules together."""
    for name, module in list(sys.modules.items()):
        if name.startswith("ballast."):
            for key in dir(module):
                if getattr(module, key) is old:
                    setattr(module, key, new)


class Heap:
    """Env.heap on a chip profile: a collection takes the chip's time, for the chip's live bytes.

    What is held and made there is the bench's (chip/garbage.py), as on CPython: this VM's words are wider.
    """

    @staticmethod
    def collect():
        gc.collect()
        link.call("heap", 0, "collect")

    @staticmethod
    def mem_alloc():
        return link.call("heap", 0, "mem_alloc")


def _paid(app, step_us):
    """The step as chip/paid_step.py has it: then so much time has passed, by what was to be done."""
    import time

    step, cycle = app._step, app.charger.cycle

    def paid(now_ms, scan, out):
        sample = cycle.site.wants() or cycle.panel.wants()
        seq = cycle.ev._port_seq
        step(now_ms, scan, out)
        time.sleep_us(step_us[2] if sample else step_us[0] if cycle.ev._port_seq == seq else step_us[1])

    return paid

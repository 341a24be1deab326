"""Memory of the firmware: the application as built, on the MicroPython VM with 32-bit objects.

`measure.py` builds the ROMFS image and starts `charger.mjs`, which maps the image into the VM outside
its heap, as flash is mapped on the chip. In the VM `vm_chip.py` and `vm_machine.py` stand for the chip,
and `vm_charger.py` starts the charger and opens its page. `configurations.py` has the rows.
"""

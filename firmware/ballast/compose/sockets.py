"""Who may hold how many sockets at a time. Add a row here before a service opens one more.

lwip has ten (CONFIG_LWIP_MAX_SOCKETS, the IDF's default, which MicroPython leaves; a board may
raise it in its sdkconfig). The eleventh is refused to whoever comes last, also to the meter.
"""

from micropython import const

ALL = const(10)

LISTENER = const(1)  # of the page
PAGE = const(5)  # its connections: three live pages, and two for what they ask and load
PORTAL = const(1)  # name server, while the charger's own access point is open
METER = const(1)  # Modbus TCP; a search for meters opens its own only after this one was closed
GROUP = const(1)  # group over the network (UDP)
SPARE = const(1)  # for a backend: MQTT or OCPP

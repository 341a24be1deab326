"""Verbs of the air between clamps, chargers and a group, and of the radios in it."""

from ballast_bench.fakes.access_point import AccessPoint
from ballast_bench.person.verbs.action import (
    BOOL,
    NUMBER,
    ON,
    TEXT,
    WHOLE,
    Action,
    ActionError,
    node_of,
    setter,
)


def _air(bench):
    return bench.plant.radio.air


def _loss(bench, value, burst):
    air = _air(bench)
    air.loss, air.burst_s = value / 100.0, float(burst)


def _device(bench, verb):
    """The chip of the charger that the verbs act on; ActionError without one."""
    node = node_of(bench, verb) if getattr(bench, "world", None) is not None else None
    if node is None or node.device.espnow is None:
        raise ActionError(f"{verb}: no radio is on; it is for `setup meter=clamp` or a group")
    return node.device


def _clamp(bench, verb):
    clamps = getattr(bench, "clamps", ())
    if not clamps or not hasattr(clamps[0], "radio"):
        raise ActionError(f"{verb}: there is no clamp on this bench that has a radio of its own")
    return clamps[bench.charger_index].radio.station


def _scan(bench, who, passive):
    if who == "clamp":
        station = _clamp(bench, "wifi_scan")
    else:
        station = bench.plant.radio.station(_device(bench, "wifi_scan").mac)
    station.scan(bench.plant.now_s, passive=passive)


def _deaf(bench, who, when):
    if who == "clamp":
        if when == "channel":
            raise ActionError("radio_deaf: when=\"channel\" is for the charger's radio")
        _clamp(bench, "radio_deaf").deaf = True
        return
    _device(bench, "radio_deaf").espnow.deafen(at_channel_change=when == "channel")


def _channel(bench, value):
    """What a router that moves does to its stations: they are on its new channel."""
    device = _device(bench, "wifi_channel")
    for name, point in list(device.access_points.items()):
        device.access_points[name] = AccessPoint(*point)._replace(channel=value)
    for interface in device.wlan.values():
        interface.moved(value)


ACTIONS = [
    #: for clamps and groups; whatever the radio's own repetitions did, so many frames do not arrive
    #: value %: of the frames
    #: burst s: how long everything is lost in a burst, in the mean; half of the loss is in bursts or more
    #: example 0 radio_loss value=20
    #: source: Gilbert and Elliott's model; burst is chosen
    Action("radio_loss", "radio", "Radio frames lost, %", _loss,
           value=(NUMBER, 0.0, 0.0, 100.0), burst=(NUMBER, 0.1, 0.001, 60.0)),
    #: for clamps and groups
    #: value -: the air is jammed
    #: example 60 radio_jam
    Action("radio_jam", "radio", "Nothing gets through the air", setter(_air, "jammed"),
           value=ON),
    #: the radio looks at 13 channels, and is back for 30 ms between two of them
    #: who -: whose radio
    #: passive -: 360 ms on each channel instead of 120 ms
    #: example 60 wifi_scan
    #: source: ESP-IDF, esp_wifi_scan_start(): active 120 ms, passive 360 ms, home channel 30 ms
    Action("wifi_scan", "radio", "A radio scans: frames are lost for 2 to 5 s", _scan,
           who=(TEXT, "charger", ("charger", "clamp"), None), passive=(BOOL, False, None, None)),
    #: ESP-NOW sends but hears nothing, until the firmware switches it off and on
    #: who -: whose radio
    #: when -: now, or channel = from the next change of the Wi-Fi channel on
    #: example 60 radio_deaf when="channel"
    #: source: espressif/esp-idf issue 18661, v5.5.3 on an ESP32-S3
    Action("radio_deaf", "radio", "A radio goes deaf", _deaf,
           who=(TEXT, "charger", ("charger", "clamp"), None),
           when=(TEXT, "now", ("now", "channel"), None)),
    #: the router moves, and the charger with it
    #: value -: number of the channel
    #: source: IEEE 802.11, 2.4 GHz: channels 1 to 13
    #: example 60 wifi_channel value=11
    Action("wifi_channel", "radio", "The Wi-Fi is on another channel", _channel,
           value=(WHOLE, 11, 1, 13)),
]  # fmt: skip

"""The air of Bluetooth: the charger's fake `bluetooth` on a virtual controller of bumble.

The GATT server that the firmware registered is mirrored on a bumble Device; a client is
any other bumble Device on the same link. All on the world's loop and its virtual clock.

    air = BleAir()
    air.fit(node.device)          # before the firmware makes its BLE()
    central = await air.central()
"""

import asyncio

from bumble import gatt, hci
from bumble.controller import Controller
from bumble.core import UUID
from bumble.device import Device
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink


class BleAir:
    """One radio cell. radios: of the chargers fitted."""

    def __init__(self):
        self.link = LocalLink()
        self.radios = []
        self._made = 0

    def fit(self, device):
        """Give a fake chip an antenna."""
        radio = BleRadio(self, device)
        device.ble_radio = radio
        self.radios.append(radio)
        return radio

    def device(self, name, mac):
        """A bumble Device with a controller of its own on this link."""
        address = hci.Address(bytes(reversed(mac)), hci.Address.RANDOM_DEVICE_ADDRESS)
        controller = Controller(name, link=self.link)
        host = Host(controller, AsyncPipeSink(controller))
        made = Device(name=name, address=address, host=host)
        made.virtual_controller = controller
        return made

    async def central(self):
        """A powered client: a phone."""
        self._made += 1
        phone = self.device("phone", bytes((0xC0, 0, 0, 0, 0, self._made)))
        await phone.power_on()
        return phone


class BleRadio:
    """What fake_bluetooth.BLE calls: serve, advertise, notify, disconnect, off."""

    def __init__(self, air, device):
        self._air = air
        self._chip = device
        self._device = None
        self._chars = {}  # handle: bumble Characteristic
        self._connections = {}  # connection handle: bumble Connection
        self._jobs = None
        self._task = None
        self.notified = []  # (value handle, bytes), everything that went out

    # -- called by the fake, synchronously ----------------------------------------

    def serve(self):
        self._device = self._air.device("charger", self._chip.mac)
        for uuid, handles in self._chip.ble.services:
            made = [self._characteristic(handle) for handle in handles]
            self._device.add_service(gatt.Service(_uuid(uuid), made))
        self._device.on("connection", self._connected)
        self._jobs = asyncio.Queue()
        self._jobs.put_nowait(self._device.power_on)
        self._task = asyncio.get_running_loop().create_task(self._work(self._jobs))

    def advertise(self, data):
        device = self._device

        async def job():
            await device.stop_advertising()
            if data is not None:
                await device.start_advertising(
                    advertising_data=data[0], scan_response_data=data[1], auto_restart=False
                )

        self._jobs.put_nowait(job)

    def notify(self, conn_handle, value_handle, data):
        device, char = self._device, self._chars[value_handle]
        connection = self._connections[conn_handle]
        self.notified.append((value_handle, data))

        async def job():
            await device.notify_subscriber(connection, char, data, force=True)

        self._jobs.put_nowait(job)

    def disconnect(self, conn_handle):
        self._jobs.put_nowait(self._connections[conn_handle].disconnect)

    def off(self):
        """Radio silence: links end, the controller leaves the air."""
        device, connections = self._device, list(self._connections.values())
        if device is None:
            return
        self._device, self._chars, self._connections = None, {}, {}

        async def job():
            for connection in connections:
                await connection.disconnect()
            await device.stop_advertising()
            self._air.link.remove_controller(device.virtual_controller)

        self._jobs.put_nowait(job)
        self._jobs.put_nowait(None)

    # -- the bumble side ------------------------------------------------------------

    async def _work(self, jobs):
        while True:
            job = await jobs.get()
            if job is None:
                return
            await job()

    def _characteristic(self, handle):
        value = self._chip.ble.values[handle]
        properties = gatt.Characteristic.Properties(value.flags & 0xFF)
        permissions = gatt.Characteristic.Permissions(0)
        if value.flags & 0x02:
            permissions |= gatt.Characteristic.READABLE
        if value.flags & 0x0C:
            permissions |= gatt.Characteristic.WRITEABLE

        def read(_connection):
            return self._chip.ble.air_read(handle)

        def write(connection, data):
            self._chip.ble.air_write(connection.handle, handle, bytes(data))

        dynamic = gatt.CharacteristicValue(read=read, write=write)
        char = gatt.Characteristic(_uuid(value.uuid), properties, permissions, dynamic)
        self._chars[handle] = char
        return char

    def _connected(self, connection):
        ble, handle = self._chip.ble, connection.handle
        mac = bytes(reversed(bytes(connection.peer_address)))
        self._connections[handle] = connection

        def gone(_reason):
            if self._connections.pop(handle, None) is not None:
                ble.air_disconnect(handle, mac)

        connection.on("disconnection", gone)
        connection.on(
            "connection_att_mtu_update", lambda: ble.air_mtu(handle, connection.att_mtu)
        )
        ble.air_connect(handle, mac)


def _uuid(uuid):
    return UUID.from_bytes(bytes(uuid))

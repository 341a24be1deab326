"""The exceptions that MicroPython makes of ESP-IDF's error codes.

check_esp_err() of ports/esp32/mphalport.c:63-106 raises OSError(-code, "ESP_ERR_..."), except
for four codes, which it maps to newlib's errno.
"""

CODES = {
    "ESP_FAIL": -1,
    "ESP_ERR_NO_MEM": 0x101,
    "ESP_ERR_INVALID_ARG": 0x102,
    "ESP_ERR_INVALID_STATE": 0x103,
    "ESP_ERR_INVALID_SIZE": 0x104,
    "ESP_ERR_NOT_FOUND": 0x105,
    "ESP_ERR_NOT_SUPPORTED": 0x106,
    "ESP_ERR_TIMEOUT": 0x107,
    "ESP_ERR_NVS_NOT_INITIALIZED": 0x1101,
    "ESP_ERR_NVS_NOT_FOUND": 0x1102,
    "ESP_ERR_NVS_TYPE_MISMATCH": 0x1103,
    "ESP_ERR_NVS_NOT_ENOUGH_SPACE": 0x1105,
    "ESP_ERR_NVS_KEY_TOO_LONG": 0x1109,
    "ESP_ERR_NVS_INVALID_LENGTH": 0x110C,
    "ESP_ERR_OTA_VALIDATE_FAILED": 0x1503,
}

_ERRNO = {
    "ESP_ERR_NO_MEM": 12,  # ENOMEM
    "ESP_ERR_TIMEOUT": 116,  # ETIMEDOUT of newlib, not Linux's 110
    "ESP_ERR_NOT_SUPPORTED": 95,  # EOPNOTSUPP
}


def esp_error(name):
    """The OSError that a call raises when ESP-IDF answers `name`."""
    return OSError(_ERRNO.get(name, -CODES[name]), name)

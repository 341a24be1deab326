# The common file sets up quad PSRAM, which is what this module has.
include(boards/mpconfigboard_esp32s3_common.cmake)

# ESP-IDF looks the table up beside its own project unless the path is absolute, and a plain
# sdkconfig file cannot name this folder.
set(BALLAST_PARTITIONS ${CMAKE_BINARY_DIR}/sdkconfig.partitions)
file(WRITE ${BALLAST_PARTITIONS}
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/partitions-8MiB.csv\"\n")

list(APPEND SDKCONFIG_DEFAULTS
    boards/sdkconfig.240mhz
    boards/sdkconfig.flash_qio_80m
    ${MICROPY_BOARD_DIR}/sdkconfig.board
    ${BALLAST_PARTITIONS}
)

set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)

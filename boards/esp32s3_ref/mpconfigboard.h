#define MICROPY_HW_BOARD_NAME               "Ballast ESP32-S3 reference"
#define MICROPY_HW_MCU_NAME                 "ESP32-S3"
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "ballast"

// The application runs from flash that is mapped into memory.
#define MICROPY_VFS_ROM                     (1)

// The factory's jig talks to UART0.
#define MICROPY_HW_ENABLE_UART_REPL         (1)

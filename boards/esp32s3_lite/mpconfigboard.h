#define MICROPY_HW_BOARD_NAME               "Ballast ESP32-S3 lite"
#define MICROPY_HW_MCU_NAME                 "ESP32-S3"
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "ballast"

// The application runs from flash that is mapped into memory.
#define MICROPY_VFS_ROM                     (1)

// UART(1) starts on these pins: the RS-485 bus, not the port's own defaults.
#define MICROPY_HW_UART1_TX                 (17)
#define MICROPY_HW_UART1_RX                 (42)

// No module reads its own __file__, which takes 50 bytes of RAM for each.
#define MICROPY_MODULE___FILE__             (0)

// The factory's jig talks to UART0.
#define MICROPY_HW_ENABLE_UART_REPL         (1)

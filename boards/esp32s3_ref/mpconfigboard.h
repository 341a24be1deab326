#define MICROPY_HW_BOARD_NAME               "Ballast ESP32-S3 reference"
#define MICROPY_HW_MCU_NAME                 "ESP32-S3"
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "ballast"

// The application runs from flash that is mapped into memory.
#define MICROPY_VFS_ROM                     (1)

// UART(1) starts on these pins. The port's own defaults, 10 and 9, are the power meter's chip
// select and the input of L2 here.
#define MICROPY_HW_UART1_TX                 (17)
#define MICROPY_HW_UART1_RX                 (42)

// No module reads its own __file__, which takes 50 bytes of RAM for each.
#define MICROPY_MODULE___FILE__             (0)

// The factory's jig talks to UART0.
#define MICROPY_HW_ENABLE_UART_REPL         (1)

#define MICROPY_HW_BOARD_NAME               "Ballast ESP32 lite"
#define MICROPY_HW_MCU_NAME                 "ESP32"
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "ballast"

// The application runs from flash that is mapped into memory.
#define MICROPY_VFS_ROM                     (1)

// No module reads its own __file__, which takes 50 bytes of RAM for each.
#define MICROPY_MODULE___FILE__             (0)

"""Small trees in the form of MicroPython's and ESP-IDF's: as much as `check-board` looks at."""

MPCONFIG = """#define MICROPY_VERSION_MAJOR 1
#define MICROPY_VERSION_MINOR 29
#define MICROPY_VERSION_MICRO 0
#define MICROPY_VERSION_PRERELEASE 0
"""

UART_H = """#ifndef MICROPY_HW_UART1_TX
#if CONFIG_IDF_TARGET_ESP32 && CONFIG_SPIRAM
#define MICROPY_HW_UART1_TX (5)
#define MICROPY_HW_UART1_RX (4)
#else
#define MICROPY_HW_UART1_TX (10)
#define MICROPY_HW_UART1_RX (9)
#endif
#endif
#ifndef MICROPY_HW_UART2_TX
#define MICROPY_HW_UART2_TX (17)
#define MICROPY_HW_UART2_RX (16)
#endif
"""

MACROS = """MICROPY_HW_BOARD_NAME MICROPY_HW_MCU_NAME MICROPY_PY_NETWORK_HOSTNAME_DEFAULT MICROPY_VFS_ROM
MICROPY_HW_ENABLE_UART_REPL MICROPY_MODULE___FILE__"""

CMAKELISTS = """include(${MICROPY_BOARD_DIR}/mpconfigboard.cmake)
set(MICROPY_USER_FROZEN_MANIFEST ${MICROPY_FROZEN_MANIFEST})
foreach(SDKCONFIG_DEFAULT ${SDKCONFIG_DEFAULTS})
endforeach()
"""

COMMON = """set(IDF_TARGET {chip})
set(SDKCONFIG_DEFAULTS
    boards/sdkconfig.base
{psram})
"""

SDKCONFIGS = {
    "base": "CONFIG_ESPTOOLPY_FLASHSIZE_4MB=y\nCONFIG_PARTITION_TABLE_CUSTOM=y\n",
    "240mhz": "CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ_240=y\n",
    "flash_qio_80m": "CONFIG_ESPTOOLPY_FLASHMODE_QIO=y\n",
    "spiram_quad": "CONFIG_SPIRAM=y\nCONFIG_SPIRAM_MODE_QUAD=y\n",
    "spiram_oct": "CONFIG_SPIRAM_MODE_QUAD=\nCONFIG_SPIRAM_MODE_OCT=y\n",
    "spiram_esp32": "CONFIG_SPIRAM=y\n",
}

# The words of a manifest as tools/manifestfile.py has them; compiles with the mpy-cross it is given.
MAKEMANIFEST = '''import argparse, os, subprocess, sys
p = argparse.ArgumentParser()
p.add_argument("-o", required=True); p.add_argument("-b", required=True)
p.add_argument("-v", action="append"); p.add_argument("--mpy-cross-flags", default="")
p.add_argument("files", nargs="+")
a = p.parse_args()
names = dict(v.split("=", 1) for v in a.v)
assert os.path.isfile(a.b + "/genhdr/qstrdefs.preprocessed.h")
def path(text):
    for name, value in names.items():
        text = text.replace("$(%s)" % name, value)
    return os.path.abspath(text)
def freeze(folder, files):
    for name in (files,) if isinstance(files, str) else files:
        print("MPY", name)
        out = os.path.join(a.b, name + ".mpy")
        source = os.path.join(path(folder), name)
        words = [os.environ["MICROPY_MPYCROSS"], *a.mpy_cross_flags.split(), "-o", out, source]
        if subprocess.run(words).returncode:
            sys.exit("error compiling %s" % name)
def include(name):
    if name.startswith("$(MPY_DIR)"):
        return
    text, before = open(path(name)).read(), os.getcwd()
    os.chdir(os.path.dirname(path(name)))  # as manifestfile.py does: relative paths are of that file
    exec(compile(text, name, "exec"), globals())
    os.chdir(before)
def require(name):
    assert os.path.isdir(names["MPY_LIB_DIR"])
for name in a.files:
    include(name)
open(a.o, "w").write("//")
'''

LOCK = "  idf:\n    source:\n      type: idf\n    version: 5.5.2\n"

KCONFIG = """config {0}
    # a comment may come first
    {1} "of this chip"
"""
TYPES = {"FREERTOS_HZ": "int", "ESPTOOLPY_FLASHSIZE": "string", "LWIP_LOCAL_HOSTNAME": "string",
         "PARTITION_TABLE_CUSTOM_FILENAME": "string"}  # fmt: skip

PARTITION_TOOL = '''import argparse, sys
p = argparse.ArgumentParser()
p.add_argument("-q", action="store_true"); p.add_argument("--flash-size"); p.add_argument("--offset")
p.add_argument("csv"); p.add_argument("out")
a = p.parse_args()
refused, answer = {refused!r}, {answer!r}
if refused:
    sys.exit(refused)
sys.path[:0] = {roots!r}
from pathlib import Path
from ballast_tools.ship import partitions
open(a.out, "wb").write(answer or partitions.binary(partitions.read(Path(a.csv))))
'''


def micropython(folder, with_library=True):
    """A folder that check-board takes for MicroPython 1.29.0."""
    port = folder / "ports" / "esp32"
    texts = {
        "py/mpconfig.h": MPCONFIG,
        "ports/esp32/CMakeLists.txt": CMAKELISTS,
        "ports/esp32/machine_uart.h": UART_H,
        "ports/esp32/main.c": MACROS,
        "ports/esp32/modules/espnow.py": "", "ports/esp32/modules/flashbdev.py": "",
        "ports/esp32/modules/machine.py": "",
        "tools/makemanifest.py": MAKEMANIFEST,
        "ports/esp32/boards/mpconfigboard_esp32s3_common.cmake": COMMON.format(
            chip="esp32s3", psram="    boards/sdkconfig.spiram_quad\n"),
        "ports/esp32/boards/mpconfigboard_esp32_common.cmake": COMMON.format(chip="esp32", psram=""),
        **{f"ports/esp32/boards/sdkconfig.{name}": text for name, text in SDKCONFIGS.items()},
        **{f"ports/esp32/lockfiles/dependencies.lock.{chip}": LOCK
           for chip in ("esp32", "esp32s3")},
    }  # fmt: skip
    if with_library:
        texts["lib/micropython-lib/micropython/README.md"] = "library"
    for name, text in texts.items():
        write(folder / name, text)
    assert port.is_dir()
    return folder


def idf(folder, roots, keys, refused="", answer=b""):
    """A folder that check-board takes for ESP-IDF 5.5.2.

    keys: {chip or "": [keys of its Kconfig]}. refused: what gen_esp32part.py says instead of
    working. answer: the table that it makes, b"" = the right one.
    """
    write(folder / "Kconfig", 'mainmenu "made"\n')
    version = "".join(f"set(IDF_VERSION_{k} {v})\n" for k, v in (("MAJOR", 5), ("MINOR", 5), ("PATCH", 2)))
    write(folder / "tools/cmake/version.cmake", version)
    write(folder / "sdkconfig.rename", "# old  new\nCONFIG_OLD_NAME  CONFIG_NEW_NAME\n")
    for chip, names in keys.items():
        text = "".join(KCONFIG.format(name, TYPES.get(name, "bool")) for name in names)
        write(folder / "components/one" / chip / "Kconfig", text)
    tool = PARTITION_TOOL.format(refused=refused, answer=answer, roots=roots)
    write(folder / "components/partition_table/gen_esp32part.py", tool)
    return folder


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

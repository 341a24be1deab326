"""Meters that people own, one line each (meter_row.py describes the syntax of a line).

Sources, from which facts were read and no text was copied:
 M   volkszaehler/mbmd fb8f9c22 (2026-06), meters/rs485/*.go
 E   evcc b29b49e3 (2026-08), templates/definition/meter/*.yaml
 W   Tinkerforge esp32-firmware cf4f5b58 (2026-08), modules/meters_modbus_tcp/*.py
 T   Tasmota docs, modbus bridge examples
Where two sources disagree, the table has a row for each (`key` and `key-b`), and the
note names the source. Bus settings are the maker's usual factory settings; the finder
tries others. No row has been tried on a real meter, only against servers built from
the same sources.
"""

ROWS = (
    # --- Eastron (M sdm*.go; W eastron SDM630 TCP agrees) ---
    "sdm630 | Eastron SDM630, SDM72DM-V2 | fc=4 V=0,2,4:f32 I=6,8,10:f32 P=12,14,16:f32"
    " W=52:f32 E=72:f32*1000 gap=0",
    "sdm72v2 | Eastron SDM72 v2 | fc=4 V=0,2,4:f32 I=6,8,10:f32 P=12,14,16:f32 W=52:f32"
    " E=72:f32*1000 gap=0",
    "sdm54 | Eastron SDM54 | fc=4 V=0,2,4:f32 I=6,8,10:f32 P=12,14,16:f32 W=52:f32"
    " E=72:f32*1000 gap=0",
    "x96 | Eastron SMART X96-1A | fc=4 V=0,2,4:f32 I=6,8,10:f32 P=12,14,16:f32 W=52:f32"
    " E=72:f32*1000 gap=0",
    "sdm72 | Eastron SDM72D-M (v1) | fc=4 W=52:f32 E=72:f32*1000 gap=0 bus=rtu"
    " | tells the total power only: all of it is counted on each phase",
    "sdm120 | Eastron SDM120 | fc=4 V=0:f32 I=6:f32 W=12:f32 E=72:f32*1000 gap=4 baud=2400 bus=rtu",
    "sdm220 | Eastron SDM220 | fc=4 V=0:f32 I=6:f32 W=12:f32 E=72:f32*1000 gap=4 baud=2400 bus=rtu",
    "sdm230 | Eastron SDM230 | fc=4 V=0:f32 I=6:f32 W=12:f32 E=72:f32*1000 gap=4 baud=2400 bus=rtu",
    # --- ABB (M abb.go) ---
    "abb-b23 | ABB A43, A44, B23, B24 | fc=3 V=0x5B00,0x5B02,0x5B04:u32/10!0xFFFFFFFF"
    " I=0x5B0C,0x5B0E,0x5B10:u32/100!0xFFFFFFFF P=0x5B16,0x5B18,0x5B1A:i32/100!0x7FFFFFFF"
    " W=0x5B14:i32/100!0x7FFFFFFF E=0x5000:u64*10 baud=19200 parity=E bus=rtu",
    "abb-b21 | ABB A41, A42, B21 (one phase) | fc=3 V=0x5B00:u32/10!0xFFFFFFFF"
    " I=0x5B0C:u32/100!0xFFFFFFFF W=0x5B14:i32/100!0x7FFFFFFF E=0x5000:u64*10"
    " baud=19200 parity=E bus=rtu | the first phase of the B23 map",
    # --- Carlo Gavazzi (M carlogavazzi-*.go, W carlo_gavazzi.py) ---
    "em24 | Carlo Gavazzi EM24 (RS-485) | fc=4 V=0,2,4:i32l/10 I=12,14,16:i32l/1000"
    " P=18,20,22:i32l/10 W=40:i32l/10 E=66:i32l*100 gap=0 bus=rtu"
    " | imported energy at 0x42 as M says; W says 0x3E: see em24-b",
    "em24-b | Carlo Gavazzi EM24 DIN (energy at 0x3E) | fc=4 V=0,2,4:i32l/10"
    " I=12,14,16:i32l/1000 P=18,20,22:i32l/10 W=40:i32l/10 E=62:i32l*100 gap=0"
    " | as W says; M has imported energy at 0x42",
    "em24-e1 | Carlo Gavazzi EM24-E1 (Ethernet) | fc=4 V=0,2,4:i32l/10 I=12,14,16:i32l/1000"
    " P=18,20,22:i32l/10 W=40:i32l/10 E=52:i32l*100 gap=0 bus=tcp",
    "em340 | Carlo Gavazzi EM210, EM/ET330, EM/ET340 | fc=4 V=0,2,4:i32l/10"
    " I=12,14,16:i32l/1000 P=18,20,22:i32l/10 W=40:i32l/10 E=52:i32l*100 gap=0",
    "em540 | Carlo Gavazzi EM530, EM540, EM580 | fc=4 V=0,2,4:i32l/10 I=12,14,16:i32l/1000"
    " P=18,20,22:i32l/10 W=40:i32l/10 E=52:i32l*100 gap=0",
    "em280 | Carlo Gavazzi EM270, EM280 | fc=4 V=0,2,4:i32l/10 I=12,14,16:i32l/1000"
    " W=34:i32l/10 E=24:i32l*100 gap=0 sign=- | no power per phase: export is not seen",
    "em111 | Carlo Gavazzi EM110, EM111, EM112, ET112 | fc=4 V=0:i32l/10 I=2:i32l/1000"
    " W=4:i32l/10 E=16:i32l*100 gap=0 bus=rtu | low word first as W says; E reads high word"
    " first: see em111-b",
    "em111-b | Carlo Gavazzi EM110, EM111, EM112, ET112 (high word first) | fc=4 V=0:i32/10"
    " I=2:i32/1000 W=4:i32/10 E=16:i32*100 gap=0 bus=rtu | as E reads the power",
    # --- Chint (M dtsu666.go; T for the one-phase meter) ---
    "dtsu666 | Chint DTSU666 | fc=3 V=0x2006,0x2008,0x200A:f32/10 I=0x200C,0x200E,0x2010:f32/1000"
    " P=0x2014,0x2016,0x2018:f32/10 W=0x2012:f32/10 E=0x101E:f32*1000 bus=rtu"
    " | with CTs the meter must know their ratio; the power's unit is 0.1 W as M says",
    "ddsu666 | Chint DDSU666 (one phase) | fc=4 V=0x2000:f32 I=0x2002:f32 W=0x2004:f32*1000"
    " E=0x4000:f32*1000 gap=0 bus=rtu | power in kW",
    # --- Shelly (W shelly.py; only over TCP) ---
    "shelly-3em | Shelly Pro 3EM | fc=4 V=1020,1040,1060:f32l I=1022,1042,1062:f32l"
    " P=1024,1044,1064:f32l W=1013:f32l E=1162:f32l gap=20 bus=tcp"
    " | profile 'triphase'; switch Modbus on in its settings",
    "shelly-em | Shelly Pro EM, Pro 3EM monophase, first channel | fc=4 V=2003:f32l I=2005:f32l"
    " W=2007:f32l E=2310:f32l gap=0 bus=tcp",
    "shelly-em-2 | Shelly Pro EM, Pro 3EM monophase, second channel | fc=4 V=2023:f32l"
    " I=2025:f32l W=2027:f32l E=2330:f32l gap=0 bus=tcp",
    "shelly-em-3 | Shelly Pro 3EM monophase, third channel | fc=4 V=2043:f32l I=2045:f32l"
    " W=2047:f32l E=2350:f32l gap=0 bus=tcp",
    # --- Siemens (M pac2200.go, W; E siemens-7kt1665.yaml) ---
    "pac2200 | Siemens PAC2200, 3120, 3200, 3220, 4200, 4220 | fc=4 V=1,3,5:f32"
    " I=13,15,17:f32 P=25,27,29:f32 W=65:f32 E=0x321:f64 unit=1 bus=tcp",
    "7kt1665 | Siemens 7KT1665, 7KT1666 | fc=4 V=1,3,5:u32/100 I=7,9,11:u32/10000"
    " W=57:i32/100 E=6687:u32 sign=- bus=rtu | no power per phase: export is not seen",
    # --- Janitza (M janitza.go reads holding, W input registers) ---
    "janitza | Janitza UMG, B series | fc=3 V=0x4A38,0x4A3A,0x4A3C:f32 I=0x4A44,0x4A46,0x4A48:f32"
    " P=0x4A4C,0x4A4E,0x4A50:f32 W=0x4A52:f32 E=0x4A7C:f32 baud=19200"
    " | function code 3 as M says; W uses 4: see janitza-b",
    "janitza-b | Janitza UMG, B series (input registers) | fc=4 V=0x4A38,0x4A3A,0x4A3C:f32"
    " I=0x4A44,0x4A46,0x4A48:f32 P=0x4A4C,0x4A4E,0x4A50:f32 W=0x4A52:f32 E=0x4A7C:f32 baud=19200"
    " | as W reads it; M uses function code 3",
    # --- others ---
    # M iem3000.go
    "iem3000 | Schneider iEM3150, 3155, 3250, 3255 | fc=3 V=0xBD3,0xBD5,0xBD7:f32"
    " I=0xBB7,0xBB9,0xBBB:f32 P=0xBED,0xBEF,0xBF1:f32*1000 W=0xBF3:f32*1000 E=0xC83:i64"
    " baud=19200 parity=E gap=0",
    # M finder7m38.go
    "finder-7m38 | Finder 7M.38 | fc=4 V=0x9C4,0x9C6,0x9C8:f32 I=0x9D4,0x9D6,0x9D8:f32"
    " P=0x9E2,0x9E4,0x9E6:f32 W=0x9E8:f32 E=0xAC0:f32 baud=19200 bus=rtu",
    # M inepro.go
    "pro380 | inepro PRO380 | fc=3 V=0x5002,0x5004,0x5006:f32 I=0x500C,0x500E,0x5010:f32"
    " P=0x5014,0x5016,0x5018:f32*1000 W=0x5012:f32*1000 E=0x600C:f32*1000 parity=E bus=rtu",
    # M wago87930.go
    "wago-879 | WAGO 879-3000, 879-3020 | fc=3 V=0x5002,0x5004,0x5006:f32"
    " I=0x500C,0x500E,0x5010:f32 P=0x5014,0x5016,0x5018:f32*1000 W=0x5012:f32*1000"
    " E=0x600C:f32*1000 parity=E bus=rtu",
    # M orno3p.go
    "orno-516 | ORNO OR-WE-516, 517 | fc=3 V=14,16,18:f32 I=22,24,26:f32 P=30,32,34:f32*1000"
    " W=28:f32*1000 E=0x108:f32*1000 parity=E bus=rtu",
    # M orno1p.go
    "orno-514 | ORNO OR-WE-514, 515 (one phase) | fc=3 V=0x131:u16/100 I=0x139:u32/1000"
    " W=0x140:u32 E=0xA000:u32*10 parity=E bus=rtu sign=- | power without a sign",
    # M dmg610.go
    "dmg610 | Lovato DMG610 | fc=4 V=1,3,5:u32/100 I=7,9,11:u32/10000 P=19,21,23:i32/100"
    " W=57:i32/100 E=0x1B1F:u64*10 gap=0",
    # M eltako.go
    "dsz15 | Eltako DSZ15DZMOD, DSZ16DZE | fc=4 V=0,2,4:u32/100 I=6,8,10:u32/100 P=12,14,16:i32"
    " W=52:i32 E=72:u32*10 gap=0",
    # E acrel-adw300.yaml; the maker's default is 9600, E says 1200
    "adw300 | Acrel ADW300 | fc=3 V=20,21,22:u16/10 I=26,27,28:u16/100 P=30,32,34:i32 W=36:i32"
    " E=62:i32*10 gap=1 bus=rtu",
    # M mpm3pm.go
    "mpm3pm | Bernecker MPM3PM | fc=3 V=8,10,12:u32/10 I=14,16,18:u32/100 P=20,22,24:i32/100"
    " W=38:i32/100 E=2:u32*10 gap=0 bus=rtu",
    # M ddm18sd.go
    "ddm18sd | DDM18SD (one phase) | fc=4 V=0:f32 I=8:f32 W=18:f32 E=0x100:f32*1000 bus=rtu",
    # M ds100.go, E bgetech-ds100.yaml: they differ only in the exported energy, not used here
    "ds100 | B+G e-tech DS100 | fc=3 V=0x400,0x402,0x404:u32/1000 I=0x410,0x412,0x414:i32/1000"
    " P=0x41A,0x41C,0x41E:i32 W=0x420:i32 E=0x10E:u32*10 bus=rtu",
    # W warp.py
    "warp | WARP charger as a meter | fc=4 V=2100,2102,2104:f32 I=2106,2108,2110:f32"
    " P=2112,2114,2116:f32 W=2148:f32 E=2160:f32*1000 gap=0 bus=tcp",
)


def find(key: str) -> "str | None":
    """The line of the model with this key, or None."""
    for row in ROWS:
        if row[: row.find(" ")] == key:
            return row
    return None


def keys() -> list[str]:
    """The keys of all models, in the order of the table."""
    return [row[: row.find(" ")] for row in ROWS]

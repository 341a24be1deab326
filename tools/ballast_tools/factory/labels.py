"""The label sheet of a batch: A4, 21 labels of 63.5 x 38.1 mm (the common 3 x 7 sheet).

Each label: product, serial, rating, the access point with its password, the setup code,
and two QR codes: join the access point, and open the setup page with the code filled in.
The code is in the URL's fragment, which a browser never sends over the air.
"""

import io

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

from ballast_bench.product import brand as brands
from ballast_tools.shell.errors import UserError

COLUMNS, ROWS = 3, 7
PER_PAGE = COLUMNS * ROWS
WIDTH, HEIGHT = 63.5 * mm, 38.1 * mm
LEFT, TOP, GAP = 7.2 * mm, 15.1 * mm, 2.5 * mm
QR = 15.5 * mm
SETUP_URL = "http://192.168.4.1/#setup="  # the access point's own address, firmware/main.py


def page_of(index):
    """The page (from 1) of the label with this index (from 0)."""
    return index // PER_PAGE + 1


def ssid(brand, serial):
    """Name of the access point: 32 bytes at most (IEEE 802.11, 9.4.2.2)."""
    return f"{brand.setup['ssid']}-{serial.rpartition('-')[2][-6:]}"


def wifi_text(brand, serial, hidden):
    """What phones read as "join this network". Nothing in it needs escaping: see units.py."""
    return f"WIFI:T:WPA;S:{ssid(brand, serial)};P:{hidden['ap_password']};;"


def setup_text(hidden):
    return SETUP_URL + hidden["setup_code"]


def spaced(code):
    """A code in groups of four, as a person reads it."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def sheet(brand, board, rows):
    """PDF bytes. rows: [(serial, secrets)] in the order of the labels."""
    for text in (brand.product, brand.maker, brand.plug["name"]):
        try:
            text.encode("cp1252")
        except UnicodeEncodeError as error:
            raise UserError(f"{text!r} has letters that the label's font lacks") from error
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=A4, invariant=1)
    pdf.setTitle(f"{brand.product}: labels")
    for index, (serial, hidden) in enumerate(rows):
        if index and index % PER_PAGE == 0:
            pdf.showPage()
        at = index % PER_PAGE
        x = LEFT + at % COLUMNS * (WIDTH + GAP)
        y = A4[1] - TOP - (at // COLUMNS + 1) * HEIGHT
        _label(pdf, x, y, brand, board, serial, hidden)
    pdf.save()
    return out.getvalue()


def _label(pdf, x, y, brand, board, serial, hidden):
    pdf.saveState()
    pdf.translate(x, y)
    pdf.setStrokeGray(0.8)
    pdf.rect(0, 0, WIDTH, HEIGHT)
    pdf.setFillGray(0)
    for font, size, height, text in (
        ("Helvetica-Bold", 8.5, 33.2, brand.product),
        ("Helvetica", 5.5, 30.6, brand.maker),
        ("Helvetica", 5.5, 28.2, _rating(brand, board)),
        ("Courier-Bold", 8, 24.6, serial),
        ("Helvetica", 5.5, 20.6, f"Wi-Fi {ssid(brand, serial)}, password"),
        ("Courier-Bold", 8, 17.8, hidden["ap_password"]),
        ("Helvetica", 5.5, 13.8, "Setup code"),
        ("Courier-Bold", 8, 11.0, spaced(hidden["setup_code"])),
        ("Helvetica", 5, 5.4, brand.support["url"]),
        ("Helvetica", 5, 3.2, f"Security updates until {brand.support['until']}"),
    ):
        pdf.setFont(font, size)
        pdf.drawString(3 * mm, height * mm, text)
    right = WIDTH - QR - 2 * mm
    pdf.setFont("Helvetica", 4.5)
    for y0, caption, text in (
        (20.6 * mm, "1. join Wi-Fi", wifi_text(brand, serial, hidden)),
        (2.4 * mm, "2. set up", setup_text(hidden)),
    ):
        _qr(pdf, right, y0, text)
        pdf.drawCentredString(right + QR / 2, y0 - 1.1 * mm, caption)
    pdf.restoreState()


def _rating(brand, board):
    phases = min(brand.plug["phases"], board.phases)
    profile = brands.profile(brand, board.rated_ma)
    amps = min(profile["plug_ma"], profile["cable_ma"], profile["rated_ma"]) // 1000
    return f"{phases} phase{'s' if phases > 1 else ''}, {amps} A, {brand.plug['name']}"


def _qr(pdf, x, y, text):
    matrix = segno.make(text, error="m", micro=False).matrix
    cell = QR / (len(matrix) + 4)  # two cells of quiet zone here, the rest is white label
    for row, line in enumerate(matrix):
        column = 0
        while column < len(line):  # one rectangle per dark run: no hairlines between cells
            run = 0
            while column + run < len(line) and line[column + run]:
                run += 1
            if run:
                pdf.rect(x + (column + 2) * cell, y + QR - (row + 3) * cell, run * cell,
                         1.02 * cell, stroke=0, fill=1)  # fmt: skip
            column += run or 1

"""Plots of a report as SVG whose colours are the page's, so that they change with it in the dark."""

import io
import re
from array import array

NAMES = tuple(f"{kind}_l{n}_a" for kind in ("house", "mains") for n in (1, 2, 3))
ROLES = {"ink": "#010101", "line": "#010102", "house": "#010103", "car": "#010104",
         "offer": "#010105", "limit": "#010106"}  # fmt: skip
"""Colours that stand in the drawing for var(--name) of the page."""

WIDE, NARROW = (11.0, 3.6), (4.6, 3.4)  # inches; a phone shows the narrow one without shrinking it
_POINTS = {WIDE: 1600, NARROW: 500}  # chosen: about the pixels there are


class Series:
    """Currents of a recording with a row each second, on the phase that carries most.

    house_a, mains_a, offered_a: arrays. day_s: time of day of the first row, None = not known.
    """

    def __init__(self, recording):
        self.house_a, self.mains_a, self.offered_a = array("f"), array("f"), array("f")
        self.day_s = None
        for day_s, offered, *amps in recording.pick("time_of_day", "offered_a", *NAMES):
            if self.day_s is None:
                self.day_s = day_s
            phase = max((0, 1, 2), key=lambda p: amps[3 + p])
            self.house_a.append(amps[phase])
            self.mains_a.append(amps[3 + phase])
            self.offered_a.append(offered or 0.0)

    def __len__(self):
        return len(self.mains_a)

    def busiest(self, span=600):
        """(first, last) row of the ten minutes in which the house changes most, or None."""
        house = self.house_a
        if len(house) < 2 * span:
            return None
        best, best_sum, running = 0, -1.0, 0.0
        steps = [abs(b - a) for a, b in zip(house, house[1:], strict=False)]
        for i, step in enumerate(steps):
            running += step
            if i >= span:
                running -= steps[i - span]
            if i >= span - 1 and running > best_sum:
                best, best_sum = i - span + 1, running
        return best, best + span


def figure(series, limit_a, first, last, title):
    """<figure> with the plot for a wide and for a narrow screen."""
    if last - first < 2:
        return ""
    wide, narrow = (draw(series, limit_a, first, last, size) for size in (WIDE, NARROW))
    return (
        f"<figure><figcaption>{title}</figcaption>"
        f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div></figure>'
    )


def draw(series, limit_a, first, last, size):
    """SVG of the currents between two rows: house, car stacked on it, offer, fuse."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    bucket = max(1, (last - first) // _POINTS[size])
    house, mains, offered = (
        [max(col[i : i + bucket]) for i in range(first, last, bucket)]
        for col in (series.house_a, series.mains_a, series.offered_a)
    )
    t = [first + i * bucket for i in range(len(house))]
    salt = f"ballast/{first}/{last}/{size[0]}"  # ids differ between the plots of a page
    style = {
        "svg.hashsalt": salt, "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9.0,
        "text.color": ROLES["ink"], "axes.labelcolor": ROLES["ink"], "xtick.color": ROLES["ink"],
        "ytick.color": ROLES["ink"], "axes.edgecolor": ROLES["ink"],
    }  # fmt: skip
    with matplotlib.rc_context(style):
        picture, axes = pyplot.subplots(figsize=size)
        axes.grid(color=ROLES["line"], linewidth=0.6)
        axes.set_axisbelow(True)
        axes.fill_between(t, house, color=ROLES["house"], linewidth=0, label="house")
        axes.fill_between(t, house, mains, color=ROLES["car"], linewidth=0, label="car")
        axes.plot(t, offered, color=ROLES["offer"], linewidth=0.9, label="offered to the car")
        axes.axhline(limit_a, color=ROLES["limit"], linewidth=1.4, label=f"fuse {limit_a:g} A")
        _axes(axes, series.day_s, t, min(0.0, *house), size)
        buffer = io.StringIO()
        picture.patch.set_alpha(0.0)
        axes.patch.set_alpha(0.0)
        picture.savefig(buffer, format="svg", metadata={"Date": None}, bbox_inches="tight")
        pyplot.close(picture)
    return _in_page_colours(buffer.getvalue())


def _axes(axes, day_s, t, bottom, size):
    from matplotlib.ticker import FixedLocator, FuncFormatter

    axes.set_xlim(t[0], t[-1])
    axes.set_ylim(bottom=bottom)
    axes.set_ylabel("A, on the phase with most")
    start = day_s or 0.0
    every = _tick_s(t[-1] - t[0], 5 if size is NARROW else 10)
    at = -(-(t[0] + start) // every) * every
    places = []
    while at <= t[-1] + start:
        places.append(at - start)
        at += every
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _clock(x + start, day_s is not None)))
    axes.set_xlabel("time since the start, h:min" if day_s is None else "time of day")
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=9, ncols=2 if size is NARROW else 4,
        frameon=False, borderaxespad=0.2,
    )  # fmt: skip
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _tick_s(span_s, most):
    """Seconds between two ticks: a round time, at most so many of them."""
    for every in (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200):
        if span_s / every <= most:
            return every
    return 86400 * max(1, -(-span_s // (86400 * most)))


def _clock(seconds, is_time_of_day):
    seconds = round(seconds)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    text = f"{hours % 24 if is_time_of_day else hours}:{minutes:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _in_page_colours(text):
    """The <svg> element with the page's colours, and of the size of its place."""
    svg = text[text.index("<svg") :]
    used = set(re.findall(r"#([\w.-]+)[\")]", svg))  # other ids would be there twice in the page
    svg = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in used else "", svg)
    for name, colour in ROLES.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg.replace("<svg ", '<svg role="img" aria-label="currents over time" ', 1)

"""What a car reads from the pilot's duty, and what it shows: IEC 61851-1 tables A.3 and A.8."""

# CP-PE behind the diode, ohm: nominal values of IEC 61851-1 table A.3
OHM_B, OHM_C, OHM_D = 2740.0, 882.0, 246.0


def offered_a(duty, freq_hz=1000.0):
    """Current in A that a duty 0..1 allows; 0.0 = charging is not allowed.

    >>> [offered_a(d) for d in (0.05, 0.08, 0.1, 0.5, 0.85, 0.96, 0.965, 0.98)]
    [0.0, 6.0, 6.0, 30.0, 51.0, 80.0, 80.0, 0.0]
    """
    percent = round(duty * 100.0, 6)
    if not 900.0 <= freq_hz <= 1100.0:  # 1 kHz; the band is chosen
        return 0.0
    for upto, amps in ((8.0, 0.0), (10.0, 6.0)):
        if percent < upto:
            return amps
    if percent <= 85.0:
        return round(0.6 * percent, 6)
    if percent <= 96.0:
        return round(2.5 * (percent - 64.0), 6)
    return 80.0 if percent <= 97.0 else 0.0

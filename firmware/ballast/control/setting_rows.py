"""The table of the settings: one row each, and what an installer should know of it above the row.

control/settings.py checks and keeps the values. SETTINGS.md is made of these rows and of the
notes (#:) above them; those of the thermistors are in control/places.py.
"""

from ballast.control.places import NAMES, PLACES

# key, default, min, max, unit, group. Groups: user (the person), site (installer),
# profile (brand and market).
NUMBERS = (
    #: Largest current per phase that the person allows the car. It sets the limit slot `user` at once; a
    #: value above what charger, plug or cable carry changes nothing, as their slots are smaller.
    ("user_ma", 32000, 6000, 32000, "mA", "user"),
    #: 1 = a person has paused charging. Nothing flows until it is 0 again, also after a power cut. POST
    #: /api/pause and /api/resume, Bluetooth and a short press of the charger's button write it.
    ("user_paused", 0, 0, 1, "bool", "user"),
    #: How solar power is used. Modes 1 and 2 set the limit slot `solar` from what the house exports and need
    #: a meter: 1 pauses without sun, 2 never goes below `min_ma`; a boost overrides both.
    ("mode", 0, 0, 2, "0 normal, 1 solar only, 2 solar + minimum", "user"),
    #: 1 = the first set-up is finished. POST /api/setup/done writes it. With 0 the page shows the set-up, the
    #: charger's own Wi-Fi network stays open and Bluetooth opens by itself at the start.
    ("installed", 0, 0, 1, "bool", "site"),
    #: Rating of the main fuse or breaker, per phase. Less `margin_ma` it is what house and car may take
    #: together (slot `site`) or the budget of the group; readings that this fuse could not carry are not
    #: believed.
    ("fuse_ma", 25000, 6000, 125000, "mA", "site"),
    #: Rating of the socket's circuit, breaker and wiring. The share `continuous_pct` of it is the limit slot
    #: `circuit`, at once.
    ("circuit_ma", 40000, 6000, 40000, "mA", "site"),
    #: Phases of the house's supply, 1 or 3 (2 is refused). Balancing and the group use this number; the
    #: checks of voltage and of missing phases use it, or the charger's own phases where they are fewer.
    ("supply_phases", 1, 1, 3, "phases", "site"),
    #: Phase of the supply that the charger's L1 is wired to; L2 and L3 follow in order. The balancer takes
    #: the car's current off that phase. The commissioning test writes it when a car charges on one phase.
    ("phase_of_l1", 1, 1, 3, "supply phase", "site"),
    #: 1 = the commissioning test has shown that `phase_of_l1` is right. On a three-phase supply the charger
    #: distrusts a meter that answers the car on another phase only when this is 1.
    ("phase_proven", 0, 0, 1, "bool", "site"),
    #: Where the current of the house is measured. 0 gives up the slots `site`, `panel`, `solar` and `demand`:
    #: no balancing. With 2 and 3 the Modbus link starts within 1 s.
    ("meter_kind", 0, 0, 3, "0 none, 1 clamp, 2 Modbus TCP, 3 Modbus RTU", "site"),
    #: Modbus address of the meter. The link of `meter_kind` 2 or 3 starts anew within 1 s.
    ("meter_unit", 1, 1, 247, "Modbus address", "site"),
    #: Speed of the RS-485 bus. The link of `meter_kind` 3 starts anew within 1 s.
    ("meter_baud", 9600, 1200, 115200, "Bd", "site"),
    #: Parity of the RS-485 bus. The link of `meter_kind` 3 starts anew within 1 s.
    ("meter_parity", 0, 0, 1, "0 none, 1 even", "site"),
    #: Time between two questions to the meter. The meter counts as silent after 2.5 intervals without a
    #: reading, at least 1.5 s; the rule takes 200 ms to 30 s. A clamp states its own interval when it is
    #: first heard and when that interval changes; a change of any setting brings this one back.
    ("meter_interval_ms", 1000, 100, 60000, "ms", "site"),
    #: 1 = solar panels, a battery or a generator can feed power back. With 0 a reading below -1 A is not
    #: believed and a smaller negative one counts as 0. With 1 the page shows the sun.
    ("export", 0, 0, 1, "bool", "site"),
    #: Always available current, used while no meter can be believed; below `min_ma` = pause. The slots
    #: `site`, `panel` and `demand` fall to it 5 s after the last reading (later with a meter slower than 1.2
    #: s); a group shares it, or the sum of its shares where that is more.
    ("fallback_ma", 0, 0, 32000, "mA", "site"),
    #: Rating of the breaker of a sub-panel that feeds the charger and has a clamp; 0 = none. Less `margin_ma`
    #: it bounds the slot `panel`, which is at `fallback_ma` until that clamp is heard. It needs a
    #: `meter_kind` above 0.
    ("panel_ma", 0, 0, 125000, "mA", "site"),
    #: Largest mean import in a quarter hour; 0 = no limit. It sets the slot `demand`, less 1 %, and needs a
    #: meter. Until the time of day is known every moment stays below the limit, not only the mean.
    ("demand_w", 0, 0, 100000, "W", "site"),
    #: Distance kept to the main fuse and to the sub-panel's breaker. It is subtracted from `fuse_ma` and
    #: `panel_ma` at once.
    ("margin_ma", 0, 0, 5000, "mA", "site"),
    #: Shortage below `min_ma` that is ridden out before a pause, as current times time; 0 = none. The car
    #: keeps `min_ma` meanwhile; where the house alone exceeds the fuse, charging pauses at once.
    ("dip_mas", 0, 0, 5000, "mA s", "site"),
    #: Number of the group of chargers on one supply; 0 = this charger is alone. Above 0 the slot `group` is 0
    #: (pause) until the group grants a lease. A change builds the group anew within 0.5 s.
    ("group_id", 0, 0, 65535, "0 = alone", "site"),
    #: Number of this charger in its group, from 0; each has its own. A seat that is not below `group_seats`,
    #: or that another charger has too, is shown as a problem and gets no current.
    ("group_seat", 0, 0, 63, "seat, from 0", "site"),
    #: Most chargers that the group can have. It must be the same in all of them, or they do not hear each
    #: other.
    ("group_seats", 2, 1, 64, "chargers", "site"),
    #: Current that each charger may take when it hears no leader; 0 = pause. It must be the same in all;
    #: seats times share must fit into the fuse and each sub-panel, and 1 to 5999 is shown as a problem.
    ("group_share_ma", 0, 0, 32000, "mA", "site"),
    #: How the group divides what is not enough for all. It must be the same in all; the leader's next leases
    #: follow it.
    ("group_mode", 0, 0, 2, "0 equal, 1 priority, 2 departure", "site"),
    #: Rank of this charger in its group. In modes 0 and 1 a lower rank gets its minimum first, in mode 1 also
    #: all it can use. A car's plan can improve the rank.
    ("group_rank", 128, 0, 255, "0 = first", "site"),
    #: How the group's chargers talk. It must be the same in all; the group is built anew within 0.5 s, and a
    #: board without ESP-NOW needs 1.
    ("group_radio", 0, 0, 1, "0 ESP-NOW, 1 network", "site"),
    #: Conductors that the charger is wired between. What the car draws counts on both of a pair; a pair needs
    #: a `meter_kind` of 0, else it is a problem and the charger pauses.
    ("group_line", 0, 0, 3, "0 to neutral, 1 L1-L2, 2 L2-L3, 3 L3-L1", "site"),
    #: Current that the brand sells the charger for. The smaller of it and the board's rating is the slot
    #: `rating` and the full current of derating; it is also the most that balancer and solar modes offer.
    ("rated_ma", 32000, 6000, 32000, "mA", "profile"),
    #: Current that the mains plug carries for hours. It sets the limit slot `plug`.
    ("plug_ma", 32000, 6000, 32000, "mA", "profile"),
    #: Current that the cable to the car carries. It sets the limit slot `cable`.
    ("cable_ma", 32000, 6000, 32000, "mA", "profile"),
    #: Share of the circuit that a load of hours may use: 80 in the United States (NEC 625.41), else 100. It
    #: sets the limit slot `circuit` together with `circuit_ma`.
    ("continuous_pct", 100, 50, 100, "%", "profile"),
    #: Smallest current that is offered to a car; IEC 61851-1 has none below 6 A. A smaller limit means pause,
    #: never this current.
    ("min_ma", 6000, 6000, 16000, "mA", "profile"),
    #: Lowest good voltage, phase to neutral. Below it for 1 s charging pauses (fault `undervolt`); it goes on
    #: after 30 s of good voltage.
    ("low_mv", 195000, 80000, 250000, "mV", "profile"),
    #: Highest good voltage, phase to neutral. Above it for 1 s charging pauses (fault `overvolt`); it goes on
    #: after 30 s of good voltage.
    ("high_mv", 264000, 110000, 300000, "mV", "profile"),
    #: 1 = a car that asks for ventilation (pilot state D) may charge. With 0 it is refused (fault
    #: `ventilation`).
    ("ventilation", 0, 0, 1, "bool", "profile"),
    #: Pulse on the control pilot that wakes a car after a pause. One pulse of 4 s is sent when the car has
    #: not asked for current 30 s after the pause.
    ("wake", 1, 0, 2, "0 none, 1 F, 2 E", "profile"),
    #: How often a residual current trip ends by itself. 0 = never: a person unplugs the car or resets the
    #: fault.
    ("rcd_retries", 0, 0, 4, "times", "profile"),
    #: Time that the residual current must be gone before such a retry. It is not used while `rcd_retries` is
    #: 0.
    ("rcd_retry_ms", 900000, 60000, 3600000, "ms", "profile"),
    #: Longest random delay before charging after a start of the charger. It is drawn at each start and runs
    #: while a car is plugged in; after a power cut the market's rule `restore_delay_s` counts where it is
    #: longer.
    ("start_delay_s", 0, 0, 1800, "s", "profile"),
    #: Mains plug: heats too fast. This rise within a minute stops charging (fault `plug_rise`) when the plug
    #: is above 40 degC.
    ("plug_rise", 150, 30, 500, "0.1 K/min", "profile"),
    #: What a broken sensor in the box does. With 0 the current is at most 6 A; with 1 charging stops.
    ("box_stop", 0, 0, 1, "bool", "profile"),
) + tuple(
    [
        ("%s_t%d" % (row[0], n), row[n][0], row[n][1], row[n][2], "0.1 degC", "profile")
        for row in PLACES
        for n in (1, 2, 3)
    ]
)

# key, default, longest, secret, group
TEXTS = (
    #: Name of the charger. The page, the status document and Bluetooth show it at once.
    ("name", "Ballast", 32, False, "user"),
    #: Language that was chosen on the page last, such as `en`. It is kept only: each browser goes by its own
    #: choice.
    ("language", "en", 5, False, "user"),
    #: Name of the Wi-Fi network; empty = none. The charger joins it within 1 s. If it is empty at the start,
    #: the charger opens a network of its own.
    ("wifi_ssid", "", 32, False, "site"),
    #: Password of the Wi-Fi network; empty = an open one. The charger joins anew within 1 s.
    ("wifi_password", "", 63, True, "site"),
    #: IPv4 address of the Modbus TCP meter, with `:port` unless it is 502. The link of `meter_kind` 2 starts
    #: anew within 1 s.
    ("meter_host", "", 64, False, "site"),
    #: Model of the Modbus meter: a key of GET /api/meter/models, `sunspec`, or `own` for `meter_line`. The
    #: link starts anew within 1 s.
    ("meter_model", "sdm630", 24, False, "site"),
    #: Registers of a meter that the table lacks, as the line that protocol/meter_row.py explains. It is used
    #: while `meter_model` is `own`; the link starts anew within 1 s.
    ("meter_line", "", 300, False, "site"),
    #: Secret that all chargers of a group share, at least 16 bytes. It signs the group's frames; a charger
    #: with another one is not heard, and shown as a problem.
    ("group_key", "", 64, True, "site"),
    #: Sub-panels of the group: `40 0-3; 16 2,3` is 40 A for seats 0 to 3, of it 16 A for 2 and 3. All leases
    #: stay within them. It must be the same in all.
    ("group_panels", "", 200, False, "site"),
    #: Derived password of the user (PBKDF2); empty = none set. POST /api/password writes it; it opens the
    #: page as user.
    ("password_user", "", 120, True, "user"),
    #: Derived password of the installer; empty = the code on the label. POST /api/password writes it; it
    #: opens the page as installer.
    ("password_installer", "", 120, True, "site"),
)


# Settings of earlier versions: nothing reads them, and a stored file may still hold them
GONE = ("clamp_id", "clamp_key")

# The first of two settings must be below the second
BELOW = (("low_mv", "high_mv"),) + tuple(
    [("%s_t%d" % (name, n), name + "_t2") for name in NAMES for n in (1, 3)]
)

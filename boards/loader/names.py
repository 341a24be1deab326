# Names of the application, made by `python -m ballast_tools.ship.names`: see there.
#
# Frozen into the base image. Nothing imports this file; that it is frozen puts its names into flash.


def names_0(
    A, ABORTED, ACCEPTED, ACK, ACTIONS, ADC, AF_INET, ALL, API, APP, AP_LEFT_S, AP_UNUSED_S,
    ASK_MS, ATTN_11DB, AUTHORIZATION_REQUIRED, AUTHORIZED, AUTHORIZED_S, AUTO, Allocator, Allow,
    App, Assets, AsyncBytesIO, Auth, B, B1, B2, BASES, BEACON, BEACON_MS, BELOW, BELOW_FLOOR, BLE,
    BLOCK, BOOST_MASK, BOX_HOT, BOX_SENSOR, BRAND, BROADCAST, BROWN_OUT, BUTTON_PIN,
    BUTTON_PRESSED_LEVEL, Balancer, Ballast, BaseSlot, Bd, Beacon, BleCommands, BlePort,
    BlePort_ble, BleWindow, BleWiring, BoardIo, BrownOut, Busy, Button, ButtonIo, BytesIO, C, C1,
    C2, CABLE, CAN_IDENTIFY, CAN_INFO, CAN_SCAN, CAPABILITIES, CATALOGUE, CD, CHALLENGE,
    CHALLENGED, CHARGE, CHARGING, CHIP, CHIP_PROFILE, CIRCUIT, CLAIM, CLAIM_VOTE_MS, CLEAN, CLOCK,
    CLOSED, CLOSED_BYTES, CODE_BYTES, COIL_ON_LEVEL, COIL_PIN, COIL_PULSE_PIN, COLUMNS,
    COLUMNS_sessions, COMMAND, COMMANDS, COMMISSION, CONFIRM, CONNECTED, CONNECTING, CONNECTOR_HOT,
    CONNECTOR_SENSOR, CORRUPT, COUNT, CP_ADC_PIN, CP_BURST, CP_GAIN_X100, CP_OFFSET_UV,
    CP_PWM_BITS, CP_PWM_INVERTED, CP_PWM_PIN, CP_SPACING_US, CRASHES, CRASH_LOOP, CancelledError,
    Candidate, Captive, ChargePlan, ChargeState, Charger, ChargerService, ClampLink, Collector,
    Commissioning, CommissioningTest, CommunicationFault, Config, Contactor, ContactorIo, Cookie,
    CtSampler, D, D1, D2, DAMAGED, DATA, DAY_MIN, DEMAND, DENY, DEPARTURE, DERATE, DERATED,
    DEVICE_INFO, DIODE, DIRTY, DISTRUSTED, DOCUMENT, DONE, Demand, Derating, Dimming, DiodeFault,
    Door, E, EMPTY, EQUAL, ERROR, ESP32, ESPNow, ETag, EV, EVEN, EXCEPTION, Env, Error,
    EspnowRadio, EvHistory, EvLag, EvMeter, EvPhases, EvView, Event, EventLog, F, FAILED, FALL,
    FAULT, FAULTY, FIRST, FIRST_SLOT, FLAG_BATTERY_LOW, FLAG_CLIPPED, FLAG_EVENT,
    FLAG_SENSOR_FAULT, FLAG_SIGNED, FLAG_UNCALIBRATED, FOLLOW, FOREVER, FORGED, FREE, FREQ_HZ,
    FRESH_MS, FUSE, Falls, Faults, Field, File, FilePermit, Fit, FrameError, G, GET, GIVE_UP_S,
    GONE, GOOD, GRID, GROUP,
):
    pass


def names_1(
    GROUP_RX_BYTES, Grants, GroupBudget, GroupCodec, GroupLink, GroupMachine, GroupSeat,
    GroupWiring, HALTS, HEAD, HEADER_BYTES, HEALTHY_S, HELLO, HIGH_PM, HOLD, HOUSE, HTTPException,
    Health, History, HmacKey, Host, I, IDENTIFY, IDLE, IDLE_S, IF_AP, IF_STA, IL, IMAGE_BLOCK, IN,
    INFO, INSTALLER, INVALID_PACKET, IP, IPWVE, IP_ADD_MEMBERSHIP, IP_MULTICAST_IF, ITERATIONS,
    ITER_FILE_OBJ, ITER_NO_BODY, ITER_SYNC_GEN, ITER_UNKNOWN, IW, Improv, Inbox, Info, Interlocks,
    Internal, Journal, JournalFlash, KEYS, Keeper, KeptPlan, LAST, LATCHES, LATE_MS, LEAD,
    LEAK_OPEN, LEASE_MS, LEAST_KEY, LED_ON_LEVEL, LED_PIN, LED_RED_PIN, LIMIT, LISTEN, LISTENER,
    LOAD_LIVE_LEVEL, LOAD_PINS, LOCKED, LOST, LOW_PM, Leader, LedIo, Limits, Location, Lock, MAGIC,
    MALFORMED, MANUAL, MARGIN_PERMILLE, MARKER, MAX, MAX_BODY, MAX_COMMAND, MAX_FRAME, MAX_LENGTH,
    MAX_LIVE, MAX_MA, MAX_MESSAGE, MAX_REGISTERS, MAX_S, MAX_SHARED_MS, MAX_TTL_MS, MAX_W,
    MAX_WINDOWS, MBAP, METER, METERS, METERS_APART, METER_CS_PIN, METER_DISTRUST, METER_IGAIN,
    METER_LINE_HZ, METER_LOST, METER_MISO_PIN, METER_MOSI_PIN, METER_PGA, METER_RTU, METER_SCK_PIN,
    METER_SPI, METER_STATES, METER_TCP, METER_UGAIN, MINUTE, MINUTE_S, MIN_LENGTH, MIN_MA, MIN_MS,
    MIRROR_CLOSED_LEVEL, MIRROR_PIN, MISSING, MODES, MODE_BUTTON, MODE_CODE, MODULES, MOST_RANK,
    MOST_S, MOST_WH, MREC14PilotFault, MREC15PowerLoss, MREC17EVSEContactorFault,
    MREC18CableOverTempDerate, MREC19CableOverTempStop, MREC2GroundFailure, MREC3HighTemperature,
    MREC4OverCurrentFailure, MREC5OverVoltage, MREC6UnderVoltage, MSB, MUTED_SOCKET_ERRORS, Member,
    MessageAssembler, Meter, MeterAgreement, MeterFinder, MeterLag, MeterLink, MeterProof,
    MeterRow, MeterSearch, MeterWiring, Microdot, ModbusError, Modes, MultiDict, N, NAME, NAMES,
    NAMES_charge_state, NAMES_limits, NAMES_pilot, NAMES_rcd_test, NEG, NO, NOBODY, NONCE, NONE,
    NOT_AUTHORIZED, NOT_FITTED, NOT_PENDING, NO_ANSWER, NO_CLOSE, NO_DEPARTURE, NO_ERROR, NO_EV,
    NO_LIMIT, NO_LIMIT_MA, NO_READING, NTC_PINS, NTC_PULLUP_OHM, NTC_SUPPLY_MV, NUMBERS, NVS,
    NoCaseDict, O, OCPP, ODD, OFF, OFFER, OFFERED, OFF_TIME, OK, OLDER, OPEN, OPEN_BYTES, OPEN_S,
    OPTIONS, OTHER, OTHER_VERSION, OUT,
):
    pass


def names_2(
    OVERCURRENT, OVERRUN, OVERVOLT, OWN_METER, Origin, Out, OwnMeter, OwnState, P, PAGE, PAIRED,
    PANEL, PASSED, PATTERNS, PAUSE, PAUSED, PENDING_MAX_MS, PERIODIC, PERIOD_MS, PE_GOOD_LEVEL,
    PE_LOST, PE_PIN, PHASES, PHASE_LOST, PILOT_HOLD, PILOT_LOST, PILOT_MAX_MA, PILOT_MIN_MA,
    PILOT_NEG, PILOT_PWM, PILOT_SHORT, PILOT_ZERO, PLACES, PLUG, PLUG_HOT, PLUG_RISE, PLUG_SENSOR,
    PM_NONE, POLLIN, PORT, PORTAL, POST, POWER, PRIORITY, PROOF, PROVEN, PROVISIONED, PROVISIONING,
    PULL_DOWN, PULL_UP, PUT, PV, PWM, PWRON_RESET, PacketAssembler, PacketError, PageWiring,
    PairedClamp, Panels, Partition, PauseBudget, Pbkdf2, PeIo, Peers, PermanentFault, Permit,
    PhaseSpare, Pilot, PilotIo, Pin, PowerMeterIo, QUARTER_MS, QUERY, QUICK_MS, RANKS, RATED_MA,
    RATING, RATIO, RCD_HARDWARE_PATH, RCD_MODULE, RCD_TEST, RCD_TEST_LEVEL, RCD_TEST_PIN,
    RCD_TEST_PULSE_US, RCD_TRIP, RCD_TRIP_LEVEL, RCD_TRIP_PIN, RCM14, RCMB102, RCMB104, READY,
    READ_HOLDING, READ_INPUT, REASONS, REASONS_http_head, REASONS_wifi, REASON_KEYS, RECOVERING,
    REFUSED, REPEAT, REPLAY, REPORT, REPORT_MS, RESET_BROWN_OUT, RESET_POWER_ON, RESET_SOFT,
    RESET_WATCHDOG, RESTLESS, RESULT, RESULTS, REVERSED, RISE, ROTATE_S, ROWS, RS485_RX_PIN,
    RS485_TX_PIN, RS485_UART, RUNNING, RX, RadioWiring, Raises, RcdIo, RcdTest, Reaction, Record,
    RefusedError, Report, Request, ResetInfo, ResetNotes, Response, Ring, RiseRisk, Routes,
    RowError, Rs485, RtuBus, S2_WAIT_MS, SAMPLE, SCAN, SCHEDULE, SEALED, SEATS, SECTOR, SEC_WPA2,
    SEND_WIFI, SERVICE, SERVICES, SERVICE_DATA, SERVICE_improv, SETTINGS, SETTINGS_S, SETTLE_MS,
    SETUP, SHORT, SIGNATURE_BYTES, SILENT, SITE, SIZE, SIZES, SLICE, SLOT, SLOTS, SLOT_MS,
    SOCK_DGRAM, SOLAR, SOLAR_MIN, SOLAR_ONLY, SOL_SOCKET, SO_REUSEADDR, SO_REUSEPORT, SPARE,
    SPEEDS, SPI, STALE, STATE, STEP_LATE_MS, STEP_MA, STEP_MAX_MS, STEP_MS, STEP_PERMIT_MS, STOP,
    STORAGE, STRANGER, SUPPLY, Sample, Scan, ScanCycle, Schedule, Seal, SeatTimers, Selftest,
    SentTimes, Session, Sessions, Settings, Shared, SmallestBudget, Solar, Status,
):
    pass


def names_3(
    StepTimer, StopAsyncIteration, Storage, Store, StringIO, SunSpecMeter, SunSpecScan, Supervisor,
    Supply, TABLE, TAG, TEMP, TEXTS, TIMEOUT, TRIES, TWO_CLAMPS, TX, TcpBus, ThermistorIo,
    ThreadSafeFlag, TimeoutError, Timer, Turns, UART, UNABLE_TO_CONNECT, UNANSWERED, UNDERVOLT,
    UNHEALTHY, UNIT, UNITS, UNKNOWN, UNKNOWN_COMMAND, UNKNOWN_ERROR, UNPAIR, UNPLUG, UPDATING,
    URLPattern, USED, USER, UUID, UdpRadio, UnicodeError, Update, UpdateError, UpdateSlots,
    Urgency, Usage, V, VENTILATION, VERDICT_KEYS, VERSION, VIPW, VOTE_MS, Vary, VendorWarning,
    VentilationNotAvailable, W, WAIT, WAITING, WAKE_AFTER_MS, WAKE_E, WAKE_F, WAKE_NONE,
    WAKE_PULSE_MS, WAKE_REST_MS, WARN, WARNING, WATCHDOG, WATCHDOG_MS, WDT, WDT_RESET, WE, WEB,
    WEEK_MIN, WELCOME, WELD, WHOLE, WHY_DEAF, WHY_EV, WHY_EV_IDLE, WHY_FAULT, WHY_FROZEN, WHY_HOLD,
    WHY_JUMPING, WHY_LIMIT, WHY_NAMES, WHY_NEGATIVE, WHY_NEVER, WHY_NONE, WHY_OK, WHY_PAUSE_FAULT,
    WHY_RANGE, WHY_REVERSED, WHY_SILENT, WHY_SWAPPED, WHY_TEST, WHY_UNPLUGGED, WHY_USER, WINDOW_MS,
    WINDOW_S, WLAN, WPA2, WRONG_CODE, WRONG_VERSION, WallClock, Watch, Watchdog, Web, WebCommands,
    WebGroup, WebMeasure, WebRecords, WebSettings, WebSetup, WebUpdate, Wifi, WifiLink, Wish,
    X1_MIN_MS, _A24, _ALGORITHM, _AT_ONCE_event_log, _BASE, _BODY, _BROADCAST, _Body, _COVER_MA,
    _Client, _Connection, _DIGEST_INFO, _DIGITS, _ENDS, _EVENTS, _EXCEPTIONS, _FORMAT, _GOLDEN,
    _GONE, _GROUP_status, _GUESS, _HARDWARE, _HEAD, _HIGH_MV, _HOLDERS, _HOLD_S, _JSON,
    _KEY_IS_WRONG, _LESS_IMPORTANT, _LETTERS, _LOW_MV, _Live, _MAGIC, _MAGIC_clamp_frame,
    _MAGIC_identity, _MAGIC_storage, _MAY_ASK, _METER_KEYS, _METHODS, _MINUTE_journal_format,
    _Mean, _NAME, _NIBBLE, _NOTIFIED, _NOT_COUNTED, _NTC_TURNS, _NUMBERS, _OF_A_START, _OHM,
    _OPENING, _ORDER, _OWN_ROUTE, _P, _PAIRS, _PLAN, _PUBLIC, _QUANTITIES, _REGISTER, _ROW,
    _RX_BYTES, _Reader, _Reader_door, _SAFE, _SAMPLE_FMT, _SPACE, _START, _STEP_S, _STOP_DO, _Slot,
    _TEXT, _TEXTS, _TYPES, _UNPROVEN, _UUIDS, _WORDS, _Whole, _Window, _Writer, __aenter__,
    __aexit__, __aiter__, __anext__,
):
    pass


def names_4(
    __bases__, __contains__, __mro__, __version__, _a, _above_w, _accept, _act, _activate, _adc,
    _adcs, _add, _address, _advance, _after, _after_rise, _after_step, _again, _agree, _all,
    _all_fit, _allow, _allowed, _answer, _any, _any_timed, _ap, _ap_left_s, _ap_wanted, _apart,
    _app, _append, _arrived, _ask, _ask_after, _asked, _asset, _at, _authorize, _authorized,
    _await_movement, _await_rest, _b, _bad_line, _bad_ms, _bad_request_line, _base, _base_s,
    _beacon, _beacons, _become, _before, _begin, _begin_ms, _begin_probation, _begin_quarter,
    _below, _between_conductors, _bin, _bin_of, _blank, _ble, _blind_ma, _blob, _block, _blocking,
    _blocks, _board, _body, _book, _boost, _boot, _box_stop, _brand, _budget, _buf, _buffer,
    _burst, _burst_ws, _busy, _button, _by_place, _c, _cal, _called, _callers, _cap_ma, _captive,
    _changed, _char_bits, _charge_ms, _charger, _charging_code, _check, _check_letter, _check_line,
    _check_number, _check_panels, _checked, _chunks, _claim, _clamp_routes, _clamps, _clear,
    _clear_ms, _client, _client_server, _clients, _clock, _close, _close_ap, _close_full,
    _close_level, _code, _coil, _collect, _columns, _command, _commands, _common_step, _compare,
    _computed, _conclude, _config, _configure, _configure_all, _configured, _confirm, _conn,
    _connect, _conns, _cos30, _count, _count_rises, _counted, _counter, _counters, _counts, _crc,
    _crossing, _crossing_ms, _cs, _current, _cut, _cut_ms, _data, _ddegc, _deaf_ms, _decide,
    _decided_ms, _demand_on, _depart, _derates, _derive, _device_key, _device_token, _digest,
    _digits, _dim, _dip_taken_mas, _dirty, _disconnect, _document, _done, _door, _doubt, _doubt_ms,
    _down, _drawing, _drew, _drive_ms, _drop, _due, _due_ma, _due_mas, _due_s, _duty, _early_ms,
    _echo, _echo_seq, _edge_ms, _elect, _end, _end_ms, _end_of, _end_trial, _ended, _ended_ms,
    _env, _error, _esp, _ev, _ev_edge, _ev_guess, _ev_high, _ev_low, _ev_ma, _ev_max_ma, _ev_ms,
    _ev_seq,
):
    pass


def names_5(
    _even_share_ma, _event, _events, _expect, _expects, _export, _fail, _failed, _failure,
    _failures, _fall, _fault, _faults, _feed, _file_error, _files, _fill, _filled_s, _find,
    _finish, _first, _fit, _fit_bursts, _fits_phasor, _flag, _flash, _float, _folder, _follow,
    _follow_house, _followed, _form, _found, _frame, _frame_due, _framed_ms, _free_at_s, _freed,
    _from_ma, _from_power, _frozen, _full, _full_ms, _full_wh, _fuse, _gain_x100, _gap_beacon,
    _gap_report, _gaps, _generation, _get, _get16, _get_clamps, _get_csv, _get_events,
    _get_history, _get_proof, _get_schedule, _get_search, _get_sessions, _get_test, _given_ma,
    _go_on, _gone_ms, _good, _got, _grant, _green, _green_bits, _group, _guess_ev, _guessed_ms,
    _had_pwm, _handle, _handlers, _handles, _hard_ms, _has, _has_ref, _has_risen, _head, _header,
    _headers, _heard, _heard_grant, _heard_ms, _heard_s, _heard_want, _heat_ms, _held, _held_ms,
    _held_up, _hello, _hex, _hex_login, _high, _high_ma, _high_ms, _highest, _history, _hold_ms,
    _holds, _horizon_ms, _host, _hot, _house, _house_ma, _http, _hurry, _id, _identify, _idle,
    _idle_code, _igain, _ignored, _image, _in, _in_tag, _info, _inner, _inside, _install,
    _install_base, _inverse, _invert, _ip, _is_frozen, _is_json, _iterations, _jobs, _join,
    _joined, _journal, _journal_error, _json, _judge, _judge_diode, _judge_idle, _judge_pilot_ms,
    _jumps, _keep, _keep_free, _keep_guarantees, _kept, _kept_plan, _kept_s, _kept_wh, _key, _keys,
    _kind, _kind_now, _known, _l1, _l2, _l3, _label, _ladder, _largest, _last, _last_jump_ms,
    _last_ma, _last_move_ms, _last_ms, _last_turn, _last_us, _late, _late_ms, _late_sum, _latest,
    _leak_ms, _learn, _least, _least_failed, _least_of_others, _least_served, _leave, _leave_bus,
    _leaves, _leaves_s, _left, _let_budgets_end, _level, _limit, _limit_key, _limit_w, _limits,
    _link, _listen, _live, _load, _load_ms, _loaded, _lock, _log, _login, _logout, _long,
    _long_press, _longer, _longer_probation,
):
    pass


def names_6(
    _longs, _loop, _looped, _lose, _lost, _lost_ms, _low, _low_ma, _low_ms, _ma, _machine,
    _mains_ma, _mains_moved, _mains_ms, _make, _make_finder, _make_optional, _make_room, _manifest,
    _mapped, _margin_w, _mark, _mark_i, _mark_ms, _mask, _matches, _max_ma, _may, _may_end,
    _may_pause, _may_scan, _may_write, _mean, _measure, _measure_delay, _measure_pace, _measured,
    _measuring, _measuring_ms, _mem, _mem_alloc, _members, _meter, _meter_routes, _metered, _mild,
    _milli, _min_ma, _minimums, _minute_s, _minute_wh, _mirror, _mirror_closed, _modbus, _mode,
    _models, _more, _most, _move, _moved, _moved_ma, _moved_ms, _movement, _mpy, _mro, _ms, _mv,
    _n, _name, _named, _need_authorization, _need_ma, _needs, _neighbour, _network, _networks,
    _newer, _newest, _next, _next_boot, _next_ma, _next_ms, _next_swing, _no_address, _no_memory,
    _no_meter, _nonces, _note, _note_faults, _note_rise, _noted, _notice, _notice_client, _notify,
    _now_ms, _now_s, _ntc_at, _ntc_places, _number, _off, _off_bus, _offer, _offer_ma,
    _offer_want_ma, _offered, _offered_ma, _offset_uv, _ok, _old_high, _old_low, _on, _on_error,
    _on_frame, _on_leased, _on_timer, _open, _opened, _os, _out, _out_tag, _outer, _over,
    _over_from_ms, _over_ms, _own, _own_meter, _pace_us, _packed, _packets, _page, _pair, _pairing,
    _pairs, _panel, _panels_problem, _parent, _parse, _parse_urlencoded, _part, _parts, _password,
    _path, _pattern, _pause, _pause_ms, _pe_ms, _peers, _pending, _perhaps_claim, _period_ms,
    _period_us, _permit, _pga, _phase, _phase_kept, _phase_map, _phase_ms, _phases, _phases_used,
    _phasor, _places_by_fault, _plan, _plan_routes, _planned, _pm, _poll, _port, _port_seq,
    _possible, _post, _power, _pressed, _prf, _probation_from_ms, _probation_ms, _program,
    _prolong, _proof, _prove, _proven, _provision, _public, _pulse, _pulse_us, _put, _put16,
    _put_ma, _put_ms, _put_schedule, _put_seq, _pwm, _pwm_ms, _quarter_ma, _question_end, _queue,
    _radio, _raise, _raise_lines, _raise_tiers, _raises,
):
    pass


def names_7(
    _ramp, _ran_out, _random, _rate, _raw, _react_ms, _reaction, _read, _read_beacon, _read_button,
    _read_contactor, _read_head, _read_last, _read_ms, _read_note, _read_ntc, _read_pe,
    _read_phase, _read_pilot, _read_rcd, _read_report, _read_uv, _readinto, _ready, _reboot,
    _receive, _recent, _recompute, _record, _recorded, _red, _red_bits, _ref_ddegc, _ref_ev_ma,
    _ref_mains_ma, _ref_ms, _reference, _refuse, _regret_ws, _remove, _repeats, _report,
    _report_in_range, _reported, _reported_ma, _reported_ms, _reserve_ma, _reserve_w, _reserve_ws,
    _reset_faults, _rest_dw_ms, _rest_ma, _restarted, _restarts, _resume, _retest, _retry_s,
    _reversed, _ring, _rise, _rise_before_ma, _rise_ddegc, _rise_ma, _rise_ms, _risen, _risk,
    _role_for, _room, _rooms, _round_jobs, _routes, _row, _row_boot, _row_seat, _row_seq, _rows,
    _rtu, _rules, _run, _run_for_ever, _running, _running_ws, _rx, _rx_bytes, _safe_readline,
    _sample, _saturate, _save, _save_clamps, _saved_mas, _saved_s, _scalar, _scaled, _scan,
    _scan_ended, _scanning, _schedule, _seal, _search, _seat, _seats, _second_ms, _secret, _sector,
    _seen, _seen_ms, _self_test, _send, _send_report, _sensor, _sent, _sent_s, _seq, _serve,
    _server, _services, _session, _sessions, _set, _set_cookie, _set_departure, _set_duty,
    _settings, _settled, _setup, _short, _short_count, _short_ms, _shortage, _shorts, _shown,
    _shut, _shut_door, _sign, _sign_clamp_frame, _sign_field, _since_ms, _since_s,
    _since_switch_ms, _sink, _site, _size, _skipped, _sleep_us, _slept, _slot, _slots,
    _small_buffer, _socket, _soft_ms, _solar_on, _soon, _soonest_ms, _sort, _source, _spare,
    _speak, _spent, _spi, _ssid, _sta, _stale, _start, _start_claim, _start_ms, _start_search,
    _start_test, _start_ws, _started, _state, _status, _step, _step_ap, _step_b, _step_c,
    _step_led, _step_ma, _step_plan, _step_quarter, _step_wake_up, _stepped_ms, _stop, _stop_ws,
    _stopped_ms, _stops, _storage, _store, _strange, _strange_ms, _strangers, _stream, _streams,
    _strike, _sum, _sunspec, _supplies_fit, _supply_meter, _supply_phases, _survives, _swing,
):
    pass


def names_8(
    _switch, _switch_on, _synced, _t, _t1, _t2, _t3, _t_ms, _tail, _take, _take_ev, _take_mains,
    _take_phase, _take_up, _talk, _tap, _taps, _task, _tasks, _temperatures, _test, _tested,
    _tested_ms, _text, _then_ms, _there, _thread, _ticks, _ticks_add, _ticks_diff, _ticks_ms,
    _ticks_us, _tidy, _time, _time_s, _timed, _timer, _timing, _timing_ms, _to, _to_file,
    _to_journal, _to_neutral, _tokens, _told, _told_bytes, _told_ma, _total_wh, _transaction,
    _transfer, _tries, _trip, _trip_level, _trips, _try, _try_again, _try_ap, _turn, _turn_key,
    _turn_ms, _turn_on, _turns, _tx, _u, _uart, _udp, _ugain, _uncounted, _unhurried, _unpair,
    _unplugged, _unrest_ma, _until, _until_held, _until_ms, _until_s, _until_turn, _untold,
    _untrusted, _up, _update, _update_keys, _urgency, _urgent_beacon, _urgent_report, _url, _used,
    _used_mws, _user, _valid, _value, _values, _vary, _vent_ms, _verdict, _version, _void,
    _volt_sum, _wait, _wait_ms, _waited, _waiting, _wake_armed, _waking, _waking_ms, _walk, _wall,
    _wanted, _warmth, _was_good, _watch, _watch_load, _watch_rise, _watch_s, _watched, _watched_ms,
    _watt, _web, _weight, _wh_seen, _whole, _whole_kept_plan, _whole_quarter, _why_not, _widen,
    _wifi, _window_problem, _wish, _within, _word, _words, _work, _work_for, _write, _write_coil,
    _write_led, _write_pilot, _write_rcd, _written, a, abort, aborted, above, above_ma, above_w,
    accepted, access_point, acknowledge, aclose, action, activate, active, adc_pin, add, add_peer,
    add_rule, add_ticks, address, advertise, advertised_ma, advertisement, advice, after,
    after_error_request, after_error_request_handlers, after_request, after_request_handlers,
    after_step, age, age_ms, agree, agreement, alive, all_faults, all_limits, allocator, allow,
    allow_blocking, allowed_ma, allowed_mask, already_handled, amps, announce, answer, answer_dns,
    answer_http_head, answer_ms, ap, ap_open, ap_password, apart, api, app, app_class, apps, arg,
    array, ask, asked, asked_ms,
):
    pass


def names_9(
    asked_seq, assets, asyncio, at, attempts, atten, attr, auth, authority, authorize, auto, away,
    awrite, b, back, bad, balancer, ballast, base, base_room, battery, battery_low, battery_mv,
    baud, baudrate, beacon, beacon_due, beacon_seq, before, before_request,
    before_request_handlers, before_s, began_ms, begin, begin_trial, best_rank, better, big,
    binascii, bind, binding, bits, ble, block, blocking, blocks, bluetooth, board, body, body_iter,
    body_used, booked_ma, booked_mask, bool, boost, boost_left_s, boost_s, boot, box, box_hot,
    box_sensor, box_stop, brand, broken, brown_out, budget, budget_ma, buf, buffers, build, burst,
    bus, buses, busiest, busy, button, by_key, by_minute, c, cable, cable_ma, cache, cal, callback,
    cancel, candidate, candidates, cap, cap_ma, capabilities, captive, car, car_idle, cause,
    cause_of, ch, challenged, change_min, changed, changes, channel, charge, charge_s, charged_min,
    charger, charger_id, charger_public, charger_rank, charger_service, chargers, charging_,
    charging_boost, charging_car, charging_fallback, charging_static, check, check_clamp_frame,
    check_http_head, check_range, checking, checksum, chip, choose, chunk, chunks, circuit,
    circuit_ma, clamp, clamp_frame, clamp_id, clamp_key, clamp_pairing, clamp_public, clamp_rssi,
    clamp_unpaired, clamp_window, clamps, classify, client, client_addr, client_reader,
    client_writer, clipped, clock, clock_s, close_ap, close_window, closed, closings, cls, code,
    code_text, codec, coil, coil_on, coil_pin, collect, collections, collector, command, commands,
    commission, commission_abort, commissioning, commit, compile, complete, compressed, conductors,
    config, config_crc, configure, confirm, confirm_slot_record, conflict, conn, connect,
    connected, connector, connector_hot, connector_sensor, cont, contactor, contactor_closed,
    contacts, content_length, content_type, context, continuous_pct, cookie, cookies, coro,
    coroutine_function, corrected, cost, could, counter, counters, counters_keep, counts,
):
    pass


def names_10(
    crash, crash_loop, crashes, crc, crc16, crc32, create, create_task, cs, csp, css, csv, current,
    current_ma, current_task, currents, cycle, d, damaged, data, day, days, ddegc, deaf, debug,
    decode, decode_ack, decode_command, decode_confirm, decode_hello, decode_info, decode_offer,
    decode_sample, decode_strings, decode_unpair, decode_update_file, decode_wifi_settings,
    decorated, default, default_content_type, default_options_handler, default_send_file_max_age,
    define, deinit, del_peer, delay, delay_ms, delta_ms, demand, demand_w, depart, departure,
    departure_s, derate, derated, derive, derived, describe, detail, device, device_key, diff,
    digest, digest_hex, dim, dimmed, dimming, diode, diode_bad_ms, dip_mas, dirty, discard,
    disconnect, disk, dispatch_request, distrusted, div, divisor, divmod_tenths, dns_port,
    document, document_journal_format, done, done_blocks, door, doubt, doubt_ms, drain, draw,
    drawing, drawn, drawn_ma, drive, dropped, dt, dt_ms, due, due_ms, dump, dumps, duration_s,
    duty, duty_u16, duty_u16_pilot, dw, earlier_ms, echo_seq, echoes, edge, en, enabled, encode,
    encode_ack, encode_advertisement, encode_beacon, encode_confirm, encode_hello, encode_info,
    encode_offer, encode_packet, encode_refused, encode_report, encode_result, encode_sample,
    encode_status, encode_unpair, encode_update_file, end_s, end_stall, ended, energy_wh, enough,
    enter, entry, enumerate, env, epoch, equal, erase, erase_one, errno, error, error_handlers,
    error_response, esp, esp32, esp32s3, esp32s3_octal, esp32s3_ref, espnow, etag, ev, ev_fitted,
    ev_lag, ev_ma, ev_max_ma, ev_w, event, events, evicted, evidence, exact, exc, exception,
    exhausted, expect, export, external, f, f32, f64, factory, factory_reset, failed, failed_at,
    failures, fall, fall_ma, fall_to, fallback_ma, fallback_ms, falls, fast, fault, fault_action,
    fault_active, fault_count, fault_first, fault_of, fault_over, fault_s, faults, faults_reset,
    faults_status, faulty, fc, fctry, fed, feed, field,
):
    pass


def names_11(
    fields, file, file_extension, filename, fill, fill_beacon, fill_factory, fill_report, fillers,
    find_largest, find_route, find_sunspec, finder, firmware, first, first_s, firstbit, fit, fits,
    fitted, flags, flash, floor, flush, folder, follow_boot, follow_lead, follow_seat, follow_self,
    following, foreign, forged, forget, forgive, format_code, formatted, found, found_ma,
    found_mask, found_ms, frame, frame_number, free, free_at_s, freq, frequency, fresh,
    fresh_slot_record, from_min, from_ms, from_wh, frozen, fs, full, full_ma, full_wh, function,
    functools, fuse, fuse_ma, g, gain_x100, gap, gap_advertise, gap_disconnect, gap_max_ms, gap_ms,
    gap_name, gatts_notify, gatts_read, gatts_register_services, gatts_set_buffer, gatts_write, gc,
    generation, generation_journal_format, get_blob, get_event_loop, get_extra_info, get_i32,
    get_next_update, get_request_handlers, get_running_loop, get_write_buffer_size, getaddrinfo,
    getvalue, gif, give_up, given, good, good_level, grant, grant_ma, grant_mask, grant_seq,
    granted, grants, grid, gross, group, group_id, group_key, group_line, group_mode, group_panels,
    group_radio, group_rank, group_seat, group_seats, group_share_ma, grouped, guaranteed_ma,
    guessed, gzip, h, handle, handle_request, handler, hang_up, hard_ref_ma, has_password, hashlib,
    head, head_ms, header, headers, healthy, heap, heap_kib, heap_kib_chip, hear, hear_beacon,
    hear_report, heard, heard_ms, heat, held, held_high_ma, held_ma, held_mask, hex, hexlify, high,
    high_ma, high_mv, history, hmac_sha256, hold, hold_ms, horizon_ms, host, hostname, hosts, hot,
    hour, house, house_high_ma, house_ma, house_w, html, http, http_version, hurry, hush, i, i16,
    i32, i64, identify, idle, ifconfig, igain, ignore, ignore_site, im_ma, implementation,
    import_w, improv, in_a_row, in_thread, in_window, inbox, info, init, initial_dict, inspect,
    installed, installer, intact, integer, interface, interlocks, interval_ms, interval_s, into_ms,
    into_quarter_ms, invert, inverted, invoke_handler, io,
):
    pass


def names_12(
    ioctl, ip, irq, is_head, is_open, is_proven, isconnected, iscoroutine, iscoroutinefunction,
    item, iterations, jig, journal, jpg, js, json, json_pieces, judge, jumping, k, keep,
    keep_phase, keeper, kept, kept_s, kept_within_s, key, keymap, kind, kind_clamp_frame, known, l,
    l1_ma, l2_ma, l3_ma, label, language, last, last_error, last_ms, last_run, latch, latched,
    late_us_max, later, later_ms, latest, laxity_s, lead, leader, leader_seat, leak_open, lease,
    lease_boot, lease_ma, lease_mask, lease_ms, lease_s, lease_seat, lease_seq, least, leave,
    leave_bus, leaves_s, led, left, left_ms, left_s, lend_ms, length, length_at, lent, lent_ms,
    level, limit, limit_key, limit_ma, limit_ma_week_schedule, limit_slot, limit_w, limits, line,
    line_hz, link, listdir, listen, live, live_level, ll_ma, ln_ma, load, load_identity, load_live,
    load_pins, load_slot_record, loader, loads, local_first, local_minute, localhost, location,
    lock_cleared, locked, locks, log, log_start, login, login_failed, logout, long, longer,
    longest_ms, longs, loop, loop_active, lose, lost, low, low_first, low_ma, low_mv, mA, mV, ma,
    ma_of, mac, machine, made, mah, mains_ma, mains_w, majority, make, make_ble, make_bus,
    make_config, make_env, make_finder, make_password, make_port, make_search, make_seat,
    make_update, manifest, manual, margin_ma, mark_app_valid_cancel_rollback, mask, match, max,
    max_age, max_body_length, max_bytes, max_clients, max_content_length, max_head, max_ma,
    max_readline, may_last, may_ma, may_pause, may_scan, may_start, may_write, measure, measuring,
    mem32, mem_alloc, mem_backup, mem_free, member, memoryview, message, meter, meter_age_ms,
    meter_baud, meter_delay_ms, meter_distrust, meter_host, meter_interval_ms, meter_kind,
    meter_lag, meter_line, meter_lost, meter_model, meter_parity, meter_reason, meter_row,
    meter_seq, meter_state, meter_table, meter_unit, metered, meters_apart, method, methods,
    microdot, milli, min, min_ma,
):
    pass


def names_13(
    min_off_ms, minute, minute_journal_format, minutes_to_change, mirror, mirror_closed,
    mirror_pin, miso, missing, mkdir, modbus, mode, model, model_link, models, modes, module,
    modules, modulus, more, mosi, most, most_ma, moved, moved_ms, mpy, mro, ms, mtu, mul, mute, mv,
    n, name, name_of, names, nbytes, need_ma, need_mah, needs_repair, negative, neighbour, network,
    networks, never, new, new_ev, new_wh, newest, newest_slot_record, next_seq, no_answer,
    no_close, no_ev, no_journal, nonce, nonces, none, nosniff, not_fitted, note, note_error,
    nothing, notify, now, now_ms, now_s, ntc, ntc_mv, ntc_pullup_ohm, ntc_supply_mv, null, number,
    nvs, ocpp, of_file, off, offer_is_good, offered, offered_ma, offset, offset_min, offset_uv, ok,
    old, on, on_close, on_error, on_frame, on_level, on_network, on_rtu, on_tcp, on_trial, one, op,
    open_all, open_ap, open_by_hand, open_connection, open_journal, open_store, open_window,
    opening, options_handler, order, orjson, os, ota_, other, other_dict, ours, out, outside_ma,
    over, over_w, overcurrent, overdue, overrun, overruns, overvolt, own, own_address, own_host,
    own_line, own_meter, own_rows, own_seat, own_state, own_vote_ms, p, pace_us, pack, pack_into,
    page, pair, pair_of, pair_panels, paired, pairs, panel, panel_ma, panel_meter, panel_of,
    panel_state, panels, params, parent, parity, parse, parse_code, parse_host, parser, part,
    partial, partition, password, password_, password_installer, password_set, password_user, path,
    paths, pattern, pattern_light, pause, pause_fault, paused, pauses, payload, pdu, pe, pe_lost,
    peer, peername, peers, pending_ms, per_hour, percent, period, period_ms, permit, permit_stall,
    permit_until_ms, pga, phase, phase_lost, phase_map, phase_of_l1, phase_proven, phases, phasors,
    pieces, pilot, pilot_bursts, pilot_first_mv, pilot_high_mv, pilot_in, pilot_lost, pilot_low_mv,
):
    pass


def names_14(
    pilot_samples, pilot_short, pin, pins, place, place_last_run, places_by_fault, plain, plan,
    plug, plug_hot, plug_ma, plug_rise, plug_sensor, plugged, plugged_min, plugged_s,
    plugged_status, pm, png, points, polarity, poll, port, portal, post, power, power_on, power_w,
    prepare, present, pressed, pressed_level, previous, print_exc, print_exception, priority,
    problem, problem_group_panels, problem_password, problem_room, problem_week_schedule, product,
    profile, program, progress, progress_ms, proof, property, prove, proved, proven, public,
    public_key, public_pieces, publish, pull_to, pullup_ohm, pulse_pin, pulse_us, put, put_limit,
    put_sample, pwm, pwm_bits, pwm_on, pwm_pin, quantities, quantity, query, query_string, quick,
    quiet, r, radio, radio_bytes, radio_on, raise_to, random, range, rank, rate, rated_ma, rating,
    rating_ma, ratio, ratio_pm, raw, rb, rcd, rcd_module, rcd_retries, rcd_retry_ms, rcd_test,
    rcd_trip, re, re_ma, read_all, read_document, read_into, read_json, read_l1, read_l2, read_l3,
    read_minute, read_pdu, read_record, read_u16, read_uv, readblocks, reader, readexactly,
    reading, readings, readuntil, ready, real_ms, reap, reason, reboot, receive, received,
    reconnects, record, record_journal_format, record_password, recover, recovering, recvfrom,
    recvinto, red_pin, redirect, refused, refused_old, refused_same_seat, refused_seat,
    refused_value, regex, register, registers, regret_wh, release, rename, renew, repair, repeat,
    replay, report, report_due, report_seq, req, request, require, reserve_ma, reserve_w, reset,
    reset_cause, reset_faults, reset_figures, reset_info, resp_data, response, rest, restart,
    restarts, restless, restore, restore_delay_s, restore_keep, result, resume, retries, reversed,
    ring, rise, rise_ma, role, rom_ioctl, romfs, room, room_journal_format, root, root_factory,
    rotate_s, route, routes, row, row_boot, row_lease_ms, row_ma, row_mask, row_seat, row_seq,
    rows, rssi, rssi_dbm, rtu, rtu_registers, rtu_request, rtu_size,
):
    pass


def names_15(
    rules, run, run_chip, run_in_executor, run_step, run_us_max, running, running_slot, rx,
    rx_bytes, rxbuf, s, safe, sag_pause_s, sags, salt, same, same_origin, sample, sane, save,
    save_minute, save_slot_record, say, scale_at, scan, schedule, scheme, sck, sdm630, seal,
    search, seat, seats, second, seconds, secret, secrets, sector, sectors, secured, security,
    seen, segment_parsers, segment_patterns, segments, select, send_file, send_file_buffer_size,
    sendto, sensor, sent, sent_ms, sentence, sentences, separator, seq, serial, serve, server,
    service, service_reset, services, session, session_s, session_wh, sessions, set_all, set_blob,
    set_boot, set_budget, set_exception_handler, set_limit, set_limits, set_mode, set_password,
    set_phases, set_plan, set_supply, set_user_ma, set_write_buffer_limits, setblocking,
    setsockopt, settings, settings_factory, settings_min_ma, settled, setup, setup_done, sha256,
    share_given, share_ma, share_supply, shared, short, short_ma, shortage, shorter, shorts, shown,
    sign, signature, signed, signed_clamp_frame, silence_ms, silent, since_ms, since_s, sink, site,
    size, sleep, sleep_ms, sleep_s, sleep_us, slot, slot_left_ms, slot_ma, slot_ms, slotrec, slots,
    slots_journal_format, small_ma, small_permille, sock, socket, soft_ref_ma, solar, soon,
    sort_key, source, source_lines, spacing_us, span, spare, spare_ma, speeds, spi, ssid,
    ssid_factory, ssl, st, stack_size, stale, stale_ms, star, start_brown_out, start_crash,
    start_delay_ms, start_delay_s, start_failed, start_ms, start_new_thread, start_of,
    start_power_on, start_restart, start_s, start_server, start_watchdog, start_wh, started,
    starting, state, stats, status, status_code, step_s, step_us_max, steps, stop, stop_wh,
    storage, store, stranger, stream, strikes, string, struct, stuck, subapp, sunspec, supply,
    supply_meter, supply_mv, supply_phases, supply_v, surplus_w, svg, swapped, sync, sync_quarter,
    sys, t, t_ms, table, tag, take, taken_seq, target, task,
):
    pass


def names_16(
    tcp, tcp_length, tcp_registers, tcp_request, tcp_transaction, tell, tell_reset, temp,
    temp_ddegc, temp_known, temperatures, test, test_level, test_pin, testing, text,
    text_json_pieces, texts, thermistors, ticks_add, ticks_diff, ticks_ms, ticks_us, time,
    time_known, time_s, timeout, timeout_char, timeout_ms, timer, times, tmp, to, to_min, to_ms,
    token, told, total_blocks, total_ms, total_wh, traceback, transaction, transmit_ms, transport,
    trial, tries, trip, trip_level, trip_pin, troubles, try_again, ttl_ms, turn, turn_s, tx,
    txdone, txt, types_map, u, u16, u32, u64, uart, ugain, unanswered, under_load, undervolt,
    unhexlify, unique_id, unit, units, unknown, unobeyed, unpack, unpack_from, unpair, unplug,
    unplug_event, unplugged, unregister, unsent, until_ms, up_ma, update, update_keys, uploads,
    uptime_s, urandom, urgent, url, url_args, url_map, url_pattern, url_prefix, urldecode,
    urlencoded, usage, used, used_ws, user, user_ma, user_paused, user_rank, uuid, valid, value,
    ventilation, verdict, verifying, version, vfs, view, volt, volt_of, volts, vote, vote_boot,
    vote_ms, vote_seat, votes, votes_for, wait, wait_, wait_closed, wait_fallback, wait_for_ms,
    wait_group_lost, wait_s, waited_ms, waiting, wake, wakes, wall, want, wanted, wants, wants_jig,
    warm, warn, was_formatted, watch, watchdog, watchers, watt, watt_of, wb, web, week_schedule,
    weight_ms, weld, wh, what, where, who, whole, why, wifi, wifi_password, wifi_ssid, window,
    windows, winner, wired, wired_phases, wiring, wiring_known, wish, within, within_ms, within_s,
    without_pwm, word, words, work, worth_ma, write_readinto, write_record, writeblocks, writer,
    writing, wrong, x25519, z,
):
    pass


def modules():
    import ballast.bluetooth
    import ballast.charger
    import ballast.compose
    import ballast.compose.ble
    import ballast.compose.chip
    import ballast.compose.env
    import ballast.compose.factory
    import ballast.compose.group
    import ballast.compose.group_config
    import ballast.compose.group_seat
    import ballast.compose.keep
    import ballast.compose.links
    import ballast.compose.measure
    import ballast.compose.meter_search
    import ballast.compose.page
    import ballast.compose.room
    import ballast.compose.sockets
    import ballast.control
    import ballast.control.balance
    import ballast.control.balance.balancer
    import ballast.control.balance.ev_history
    import ballast.control.balance.lag
    import ballast.control.balance.pause_budget
    import ballast.control.balance.raises
    import ballast.control.balance.rise_risk
    import ballast.control.balance.spare
    import ballast.control.balance.supply
    import ballast.control.balance.turns
    import ballast.control.button
    import ballast.control.charger
    import ballast.control.group
    import ballast.control.group.allocate
    import ballast.control.group.budget
    import ballast.control.group.grants
    import ballast.control.group.leader
    import ballast.control.group.machine
    import ballast.control.group.member
    import ballast.control.group.own_meter
    import ballast.control.group.own_state
    import ballast.control.group.panels
    import ballast.control.group.peers
    import ballast.control.group.records
    import ballast.control.group.request
    import ballast.control.group.shared
    import ballast.control.group.smallest_budget
    import ballast.control.group.timers
    import ballast.control.group.urgency
    import ballast.control.group.usage
    import ballast.control.light
    import ballast.control.limits
    import ballast.control.limits.demand
    import ballast.control.limits.dimming
    import ballast.control.limits.limits
    import ballast.control.limits.modes
    import ballast.control.limits.solar
    import ballast.control.meter
    import ballast.control.meter.agreement
    import ballast.control.meter.commissioning
    import ballast.control.meter.ev_meter
    import ballast.control.meter.ev_phases
    import ballast.control.meter.meter
    import ballast.control.meter.reaction
    import ballast.control.pilot
    import ballast.control.pilot.charge_state
    import ballast.control.pilot.pilot
    import ballast.control.places
    import ballast.control.power
    import ballast.control.records
    import ballast.control.safety
    import ballast.control.safety.contactor
    import ballast.control.safety.derating
    import ballast.control.safety.fault_catalogue
    import ballast.control.safety.faults
    import ballast.control.safety.interlocks
    import ballast.control.safety.ntc
    import ballast.control.safety.rcd_test
    import ballast.control.scan_cycle
    import ballast.control.session
    import ballast.control.setting_rows
    import ballast.control.settings
    import ballast.control.ticks
    import ballast.grouped
    import ballast.measuring
    import ballast.modbus
    import ballast.ports
    import ballast.ports.base_slot
    import ballast.ports.ble
    import ballast.ports.board_io
    import ballast.ports.button_io
    import ballast.ports.collector
    import ballast.ports.contactor_io
    import ballast.ports.ct_sampler
    import ballast.ports.espnow_radio
    import ballast.ports.identity
    import ballast.ports.journal_flash
    import ballast.ports.led_io
    import ballast.ports.pe_io
    import ballast.ports.pilot_io
    import ballast.ports.power_meter_io
    import ballast.ports.rcd_io
    import ballast.ports.reset_info
    import ballast.ports.rs485
    import ballast.ports.step_timer
    import ballast.ports.storage
    import ballast.ports.thermistor_io
    import ballast.ports.update_slots
    import ballast.ports.watchdog
    import ballast.ports.wifi
    import ballast.protocol
    import ballast.protocol.answer_headers
    import ballast.protocol.ble_frames
    import ballast.protocol.clamp_frame
    import ballast.protocol.clamp_inbox
    import ballast.protocol.clamp_pairing
    import ballast.protocol.commissioning_words
    import ballast.protocol.dns
    import ballast.protocol.group_frame
    import ballast.protocol.group_panels
    import ballast.protocol.hmac_sha256
    import ballast.protocol.http_head
    import ballast.protocol.improv
    import ballast.protocol.journal_format
    import ballast.protocol.json_pieces
    import ballast.protocol.meter_row
    import ballast.protocol.meter_table
    import ballast.protocol.modbus
    import ballast.protocol.password
    import ballast.protocol.slot_record
    import ballast.protocol.source_lines
    import ballast.protocol.status
    import ballast.protocol.status_sentence
    import ballast.protocol.sunspec
    import ballast.protocol.update_file
    import ballast.protocol.week_schedule
    import ballast.protocol.x25519
    import ballast.services
    import ballast.services.ble
    import ballast.services.ble.charger_service
    import ballast.services.ble.commands
    import ballast.services.ble.improv
    import ballast.services.ble.window
    import ballast.services.charge_plan
    import ballast.services.health
    import ballast.services.memory
    import ballast.services.memory.event_log
    import ballast.services.memory.history
    import ballast.services.memory.journal
    import ballast.services.memory.keeper
    import ballast.services.memory.kept_plan
    import ballast.services.memory.last_run
    import ballast.services.memory.sessions
    import ballast.services.memory.store
    import ballast.services.meters
    import ballast.services.meters.bus
    import ballast.services.meters.finder
    import ballast.services.meters.link
    import ballast.services.meters.proof
    import ballast.services.meters.search
    import ballast.services.radio
    import ballast.services.radio.clamp_link
    import ballast.services.radio.group_link
    import ballast.services.radio.udp
    import ballast.services.schedule
    import ballast.services.supervisor
    import ballast.services.update
    import ballast.services.wall_clock
    import ballast.services.web
    import ballast.services.web.assets
    import ballast.services.web.captive
    import ballast.services.web.commands
    import ballast.services.web.door
    import ballast.services.web.group
    import ballast.services.web.login
    import ballast.services.web.measure
    import ballast.services.web.records
    import ballast.services.web.routes
    import ballast.services.web.server
    import ballast.services.web.settings
    import ballast.services.web.setup
    import ballast.services.web.update
    import ballast.services.wifi_link
    import ballast.setting_up
    import index.html
    import microdot.microdot


def short(used):
    used('\x00')
    used('\t')
    used('\n\n')
    used('\r')
    used('\r\n')
    used(' \t\r\n')
    used(' \t\r\n,]}')
    used(' %s:%s')
    used(' / ')
    used(' error')
    used(' line ')
    used(' | ')
    used('!')
    used('"')
    used('", "')
    used('$')
    used('%d ')
    used('%d V')
    used('%d.%02d')
    used('%s%d')
    used('%s-%s')
    used('%s/%s.%s')
    used('%s: %s')
    used('%s_t%d')
    used('&')
    used(',')
    used(', ')
    used('-')
    used('- \t')
    used('.')
    used('.gz')
    used('.local')
    used('.py')
    used('/(-?\\d+)')
    used('/(.+)')
    used('/([^/]+)')
    used('/({})')
    used('/*')
    used('/<name>')
    used('/api/')
    used('/api/boost')
    used('/api/dim')
    used('/api/hello')
    used('/api/live')
    used('/api/login')
    used('/api/pause')
    used('/api/plan')
    used('/api/time')
    used('/app')
    used('/data')
    used('/unit.json')
    used('/web')
    used('0')
    used('0.0.0.0')
    used('0.1 degC')
    used('000')
    used('0123456789')
    used('0x')
    used('1')
    used('127.0.0.1')
    used('2.7.0')
    used(':')
    used(': ')
    used(';')
    used('<')
    used('<2sBBI')
    used('<2sBBII')
    used('<2sBBIII')
    used('<2sBBIIIIb')
    used('<4sIBBBBI')
    used('<BBBBHIII')
    used('<BBH')
    used('<BBHBBI')
    used('<BBIIBHBI')
    used('<BHBIHH')
    used('<H')
    used('<HH')
    used('<I')
    used('<I8x')
    used('<I8xI')
    used('<IH')
    used('<IHH')
    used('<II')
    used('<IIIb')
    used('<bBIII')
    used('<dictcomp>')
    used('<genexpr>')
    used('<lambda>')
    used('<listcomp>')
    used('=')
    used('>')
    used('>BHH')
    used('>H')
    used('>HH')
    used('>HHHB')
    used('>f')
    used('>h')
    used('?')
    used('L%d')
    used('N/A')
    used('Not found')
    used('Set-Cookie')
    used('[')
    used('\\')
    used(']')
    used(']}')
    used('^')
    used('ballast-')
    used('charset=')
    used('chunk lost')
    used('data: ')
    used('failed: ')
    used('group: %s')
    used('http://')
    used('http://%s/')
    used('https://')
    used('image/gif')
    used('image/jpeg')
    used('image/png')
    used('lang/')
    used('max-age={}')
    used('no answer')
    used('no memory')
    used('no-store')
    used('not JSON')
    used('not sealed')
    used('re:')
    used('same seat')
    used('sunspec-%d')
    used('text/css')
    used('text/html')
    used('text/plain')
    used('too deep')
    used('two clamps')
    used('wait %d s')
    used('wrong code')
    used('wrong tag')
    used('{')
    used('{[')
    used('|')
    used('}')

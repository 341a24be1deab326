"""What each part of a group knows before its first step: nothing that is good."""

from ballast.control.group import records as g
from ballast.control.group.allocate import Allocator
from ballast.control.group.budget import GroupBudget
from ballast.control.group.leader import Leader
from ballast.control.group.machine import Group
from ballast.control.group.member import Falls, Member, SentTimes, Timer
from ballast.control.group.panels import Panels
from ballast.control.group.shared import Shared
from ballast.control.group.urgency import Urgency
from ballast.control.group.usage import Demand as GroupDemand
from fresh_kit import all_are
from group_kit import T0, config, panels


def test_allocator():
    part = Allocator(3, Panels())
    all_are(part, 3, "size")
    all_are(part, 900, "rotate_s")
    all_are(part, (0, 0, 0), "want mask line panel rank max_ma need_mah turn_s ma _key _open")
    all_are(part, (6000, 6000, 6000), "min_ma")
    all_are(part, (-1, -1, -1), "left_s")
    all_are(part, (0, 1, 2), "order")
    all_are(part, (0,) * 48, "_count")
    all_are(part, 0, "mode short")


def test_group():
    part = Group(config(), panels(), 1, 7, T0)
    all_are(part, 1, "seat")
    all_are(part, 7, "boot")
    all_are(part, True, "report_due")
    all_are(part, False, "beacon_due _waiting _urgent_report _urgent_beacon _turn_on")
    all_are(part, 255, "leader_seat")
    all_are(part, (-1,) * 64, "_last_boot")
    all_are(part, (0,) * 64, "_report_seq _beacon_seq _alive _alive_ms _metered _budget_on")
    all_are(part, (0,) * 64, "_budget_at")
    all_are(part, (0,) * 192, "_budgets")
    all_are(part, (0, 0, 0), "budget_ma _planned _reported")
    all_are(part, 1073711824, "_turn_ms")
    all_are(part, -1, "_heard_grant")
    all_are(part, 0, "role refused_seat refused_old refused_same_seat refused_value _part")
    all_are(part, 0, "_heard_want")


def test_group_budget():
    part = GroupBudget(3, 3)
    all_are(part, 3, "_seats _phases")
    all_are(part, (0,) * 192, "_last _spare _low _high _old_low _old_high")
    all_are(part, (0,) * 64, "_heard _heard_ms")
    all_are(part, (0, 0, 0), "house_ma ma _rise _rise_ms _rise_ma")
    all_are(part, False, "known")
    all_are(part, (200000,) * 30, "_least")
    all_are(part, 0, "_at _turn_ms")


def test_group_demand():
    part = GroupDemand(3)
    all_are(part, (-1, -1, -1), "_cap_ma")
    all_are(part, (0, 0, 0), "_offered_ma _since_ms _drew _idle")


def test_leader():
    part = Leader(config(), panels())
    all_are(part, (0,) * 64, "boot seq _came_ms heard known wired _vote_until _votes _lent_until")
    all_are(part, (0,) * 64, "_lent _relied _held_until _held _held_ma _held_mask _grants sure_ma")
    all_are(part, (0,) * 64, "count_ma count_mask grant_ma grant_mask")
    all_are(part, False, "unheard")
    all_are(part, (0,) * 256, "_seq _ma _mask _until")
    all_are(part, 0, "horizon_ms")


def test_sent_times():
    part = SentTimes()
    all_are(part, (-1,) * 64, "_seq")
    all_are(part, (0,) * 64, "_ms")
    all_are(part, 0, "found_ms")


def test_timer():
    part = Timer()
    all_are(part, False, "on")
    all_are(part, 0, "until_ms")


def test_falls():
    part = Falls()
    all_are(part, (0,) * 8, "ma mask until_ms")
    all_are(part, 0, "count")


def test_member():
    part = Member(config(), 1, 7, T0)
    all_are(part, 1, "seat")
    all_are(part, 7, "boot")
    all_are(part, 255, "lease_seat vote_seat _row_seat follow_seat")
    all_are(part, 1073711824, "_stepped_ms")
    all_are(part, 2000, "slot_ms")
    all_are(part, 0, "seq lease_ma lease_mask lease_boot lease_seq vote_boot _row_boot _row_seq")
    all_are(part, 0, "follow_boot follow_lead _echo_seq allowed_ma allowed_mask held_ma held_mask")
    all_are(part, 0, "grants refused")


def test_config():
    part = g.Config()
    all_are(part, 1, "seats")
    all_are(part, (0, 0, 0), "budget_ma")
    all_are(part, (0,) * 64, "panel_of")
    all_are(part, 900, "rotate_s")
    all_are(part, 0, "anchor metered fallback_ma guaranteed_ma mode crc")


def test_report():
    part = g.Report()
    all_are(part, 255, "vote_seat")
    all_are(part, 7, "mask wired")
    all_are(part, 6000, "min_ma")
    all_are(part, 128, "rank")
    all_are(part, -1, "left_s")
    all_are(part, (0, 0, 0), "drawn_ma")
    all_are(part, (-1, -1, -1), "budget_ma")
    all_are(part, 0, "seat boot seq vote_boot echo_seq vote_ms lend_ms grant_seq held_ma held_mask")
    all_are(part, 0, "want line max_ma need_mah turn_s")


def test_beacon():
    part = g.Beacon()
    all_are(part, (0,) * 18, "row_seat row_boot row_seq row_ma row_mask row_lease_ms")
    all_are(part, 0, "seat boot seq lead n")


def test_shared():
    part = Shared()
    all_are(part, False, "_on _over _doubt")
    all_are(part, 0, "doubts _until_ms _over_ms _doubt_ms")


def test_panels():
    part = Panels()
    all_are(part, 1, "count")
    all_are(part, (-1,) * 16, "parent")
    all_are(part, (0,) * 16, "star _phasor")
    all_are(part, (1000000,) * 48, "limit_ma")
    all_are(part, (0,) * 48, "ln_ma ll_ma")


def test_urgency():
    part = Urgency(Allocator(3, Panels()))
    all_are(part, (0,) * 16, "_members _given_ma _need_ma _at _step_ma")

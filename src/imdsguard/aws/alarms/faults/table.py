"""Everything that can be wrong with an alarm by what it says: one function a row, each asked of every alarm.

What is wrong for what it takes in (a period below five minutes, a WHERE that lets nothing through) is told once that is
known: `monitoring_faults`, `where_faults`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.condition_faults import comparison, missing_data, periods, threshold, window
from imdsguard.aws.alarms.faults.metric_faults import dimensions, names, period, statistic, unit
from imdsguard.aws.alarms.faults.notification_faults import muted, notifies
from imdsguard.aws.alarms.faults.query_faults import limits, math, mixed, narrowed, promql, returned, search, unread

if TYPE_CHECKING:
    from imdsguard.aws.alarms.alarm_config import AlarmConfig
    from imdsguard.aws.alarms.faults.listeners import Listeners
    from imdsguard.model.alarm_fault import AlarmFault

BY_WHAT_IT_SAYS = (
    # what it looks at
    names,
    dimensions,
    statistic,
    period,
    unit,
    # when it fires
    comparison,
    threshold,
    periods,
    window,
    missing_data,
    # how it asks
    unread,
    search,
    returned,
    mixed,
    limits,
    math,
    narrowed,
    promql,
)
BY_WHO_HEARS = (notifies, muted)


def faults_of(alarm: AlarmConfig, listeners: Listeners) -> tuple[AlarmFault, ...]:
    """Return what is wrong with an alarm, each thing once, in the order of the table."""
    found = [fault for row in BY_WHAT_IT_SAYS for fault in row(alarm)]
    found += [fault for row in BY_WHO_HEARS for fault in row(alarm, listeners)]
    return tuple(dict.fromkeys(found))

"""Readings from the messages of MQTT."""

from __future__ import annotations

import datetime as dt

from gateway.mqtt.json_topics import MAX_AHEAD, JsonReading
from gateway.readings import DataQuality, Reading, reading_of
from gateway.sparkplug.host import SourceOfMetrics
from gateway.sparkplug.metrics import DataType, MetricQuality, SparkplugMetric

QUALITY: dict[MetricQuality, DataQuality] = {
    MetricQuality.GOOD: "good",
    MetricQuality.UNCERTAIN: "uncertain",
    MetricQuality.BAD: "bad",
    MetricQuality.STALE: "bad",
}


def metric_tag(source: SourceOfMetrics, name: str) -> str:
    """Tag of a metric; the device is empty for one of the edge node."""
    return f"sparkplug:{source.group}/{source.node}/{source.device or ''}/{name}"


def topic_tag(topic: str) -> str:
    """Tag of a JSON topic."""
    return f"mqtt:{topic}"


def content_of(metric: SparkplugMetric) -> object:
    """Value of a metric, a time as datetime without zone (UTC); None without one."""
    if metric.datatype is DataType.DATE_TIME and isinstance(metric.value, int):
        try:
            return dt.datetime.fromtimestamp(metric.value / 1000, dt.UTC).replace(tzinfo=None)
        except (ValueError, OverflowError, OSError):
            return None
    return metric.value


def of_metric(tag: str, metric: SparkplugMetric, at: dt.datetime, *, is_number: bool) -> Reading:
    """Reading of a metric.

    Parameters
    ----------
    tag : str
        Its tag.
    metric : SparkplugMetric
        With the data type of its birth.
    at : datetime
        Source time by the clock of this machine, in UTC.
    is_number : bool
        Whether the column holds numbers.
    """
    quality = QUALITY[metric.quality]
    reason = "" if quality == "good" else metric.quality.name.lower()
    return reading_of(tag, content_of(metric), quality, at, is_number, reason, is_historical=metric.is_historical)


def of_topic(one: JsonReading, now: dt.datetime, *, is_number: bool) -> Reading:
    """Reading of a JSON topic; a time in the future counts as the time of arrival."""
    at = now if one.at > now + MAX_AHEAD else one.at
    reason = "" if one.quality == "good" else one.quality
    return reading_of(topic_tag(one.topic), one.value, one.quality, at, is_number, reason)

"""Times are counted as Prometheus's own library counts them."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from serving.telemetry.histogram import BOUNDS, TimeHistogram


@given(st.lists(st.floats(0, 100) | st.sampled_from(BOUNDS), max_size=50))
def test_buckets_are_those_of_the_library(times: list[float]) -> None:
    tally = TimeHistogram()
    registry = CollectorRegistry()
    theirs = Histogram("x", "x", registry=registry, buckets=BOUNDS)
    for seconds in times:
        tally.add(seconds)
        theirs.observe(seconds)
    for bound, count in tally.buckets():
        assert registry.get_sample_value("x_bucket", {"le": bound}) == count
    assert registry.get_sample_value("x_sum") == tally.total

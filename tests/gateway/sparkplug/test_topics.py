"""Topics of Sparkplug."""

import pytest

from gateway.sparkplug.topics import MessageType, SparkplugTopic, TopicError, next_sequence, state_topic


@pytest.mark.parametrize("text", ["spBv1.0/厂一/NBIRTH/gateway", "spBv1.0/plant/DDATA/gateway/A-001"])
def test_a_topic_is_read_as_it_is_written(text):
    assert str(SparkplugTopic.read(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "spAv1.0/plant/NBIRTH/gateway",
        "spBv1.0/plant/NBIRTH",
        "spBv1.0/plant/NBIRTH/gateway/device",
        "spBv1.0/plant/DDATA/gateway",
        "spBv1.0/plant/DDATA/gateway/a/b",
        "spBv1.0/plant/XDATA/gateway",
        "spBv1.0//NBIRTH/gateway",
        "",
    ],
)
def test_another_topic_is_refused(text):
    with pytest.raises(TopicError, match="expected"):
        SparkplugTopic.read(text)


@pytest.mark.parametrize("name", ["", "a/b", "a+", "#", "a\0", "x" * 201])
def test_a_name_that_would_change_the_topic_is_refused(name):
    with pytest.raises(TopicError, match="expected 1 to 200 characters"):
        SparkplugTopic("plant", MessageType.DEVICE_DATA, "gateway", name)
    with pytest.raises(TopicError, match="expected 1 to 200 characters"):
        state_topic(name)


def test_sequence_numbers_begin_again_after_255():
    assert [next_sequence(0), next_sequence(254), next_sequence(255)] == [1, 255, 0]

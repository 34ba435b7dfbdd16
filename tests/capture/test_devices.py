import pytest

from edge_interpreter.capture.devices import Device, DeviceError, find_input

USB = Device(3, "USB Audio Device: PnP", "ALSA", 1, 2, 48_000)
BUILT_IN = Device(0, "HDA Intel", "ALSA", 2, 2, 44_100)
DEFAULT = Device(5, "default", "ALSA", 32, 32, 44_100, default_input=True)
SPEAKER = Device(7, "HDMI", "ALSA", 0, 2, 48_000, default_output=True)
ALL = [BUILT_IN, USB, DEFAULT, SPEAKER]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, DEFAULT),
        ("usb", USB),
        ("HDA intel", BUILT_IN),
        (3, USB),
        ("3", USB),
        ("default", DEFAULT),
    ],
)
def test_an_input_is_found(wanted: str | int | None, found: Device) -> None:
    assert find_input(ALL, wanted) is found


def test_a_whole_name_goes_before_a_part_of_another() -> None:
    longer = Device(9, "HDA Intel rear", "ALSA", 2, 0, 48_000)
    assert find_input([longer, BUILT_IN], "hda intel") is BUILT_IN


def test_one_device_of_two_sound_systems_is_no_question() -> None:
    twin = Device(8, BUILT_IN.name, "JACK", 2, 2, 48_000, default_input=True)
    assert find_input([BUILT_IN, twin], "HDA") is twin


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("bluetooth", "no sound input bluetooth; there are: 0 .HDA Intel., 3 .USB"),
        (7, "no sound input 7"),
        ("a", "a could be any of: 0 .HDA Intel., 3"),
    ],
)
def test_what_is_not_clear_is_told_with_the_choices(wanted: str | int, reason: str) -> None:
    with pytest.raises(DeviceError, match=reason):
        find_input(ALL, wanted)


def test_a_machine_without_microphone_is_told() -> None:
    with pytest.raises(DeviceError, match="no microphone"):
        find_input([SPEAKER], None)

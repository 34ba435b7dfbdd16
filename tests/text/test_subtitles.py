import html
import io
import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.text.subtitles import Cue, SrtWriter, VttWriter

cues = st.lists(
    st.builds(
        Cue,
        st.integers(0, 20_000_000),
        st.integers(0, 20_000_000),
        st.text(max_size=120),
        st.text(max_size=12),
    ),
    max_size=6,
)
TIMES = re.compile(r"^(\d\d):(\d\d):(\d\d)[.,](\d{3}) --> (\d\d):(\d\d):(\d\d)[.,](\d{3})$")


def vtt(*given_cues: Cue) -> str:
    stream = io.StringIO()
    writer = VttWriter(stream)
    for cue in given_cues:
        writer.add(cue)
    return stream.getvalue()


def srt(*given_cues: Cue) -> str:
    stream = io.StringIO()
    writer = SrtWriter(stream)
    for cue in given_cues:
        writer.add(cue)
    return stream.getvalue()


def intervals(text: str) -> list[tuple[int, int]]:
    found = []
    for line in text.splitlines():
        if match := TIMES.match(line):
            h1, m1, s1, t1, h2, m2, s2, t2 = map(int, match.groups())
            found.append(
                (((h1 * 60 + m1) * 60 + s1) * 1000 + t1, ((h2 * 60 + m2) * 60 + s2) * 1000 + t2)
            )
    return found


def test_a_webvtt_file() -> None:
    assert vtt(
        Cue(1_500, 3_250, "Hello, world."), Cue(3_723_004, 3_724_000, "Goodbye.", "Ann")
    ) == (
        "WEBVTT\n\n"
        "00:00:01.500 --> 00:00:03.250\nHello, world.\n\n"
        "01:02:03.004 --> 01:02:04.000\n<v Ann>Goodbye.\n\n"
    )


def test_a_subrip_file() -> None:
    assert srt(Cue(1_500, 3_250, "Hello."), Cue(4_000, 5_000, "Bye.", "Ann")) == (
        "1\n00:00:01,500 --> 00:00:03,250\nHello.\n\n"
        "2\n00:00:04,000 --> 00:00:05,000\nAnn: Bye.\n\n"
    )


def test_text_cannot_become_markup_or_a_cue() -> None:
    written = vtt(Cue(0, 1_000, "1 < 2 & 3 > 2\n\n00:00:05.000 --> 00:00:06.000\n<b>x", "A>B"))
    assert intervals(written) == [(0, 1_000)]
    assert "<v A&gt;B>1 &lt; 2 &amp; 3 &gt; 2 00:00:05.000 --&gt;" in written
    assert "<b>" not in written


def test_long_text_becomes_several_cues_of_two_lines() -> None:
    text = "a sentence that goes on and on " * 4
    written = vtt(Cue(1_000, 5_000, text))
    first, second = intervals(written)
    assert first[0] == 1_000
    assert first[1] == second[0]
    assert second[1] == 5_000
    assert first[1] - first[0] > second[1] - second[0]
    lines = [line for line in written.splitlines()[1:] if line and "-->" not in line]
    assert len(lines) == 3
    assert all(len(line) <= 42 for line in lines)
    assert " ".join(lines) == text.strip()


def test_a_cue_without_words_is_left_out() -> None:
    assert vtt(Cue(0, 1_000, " \n ", "Ann")) == "WEBVTT\n\n"
    assert srt(Cue(0, 1_000, "", "Ann")) == ""


@given(cues)
def test_cues_never_overlap_and_nothing_breaks_the_file(given_cues: list[Cue]) -> None:
    for written in (vtt(*given_cues), srt(*given_cues)):
        times = intervals(written)
        assert all(start < end for start, end in times)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(times))
        blocks = written.removeprefix("WEBVTT\n\n").split("\n\n")
        assert blocks.pop() == ""
        assert len(blocks) == len(times)


@given(cues)
def test_every_word_is_in_the_webvtt_file(given_cues: list[Cue]) -> None:
    written = html.unescape(re.sub(r"<v [^>]*>", "", vtt(*given_cues)))
    words = re.sub(r"\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}\n", "", written)
    for cue in given_cues:
        squeezed = re.sub(r"[\s\x00-\x1f\x7f]+", "", cue.text)
        assert squeezed in re.sub(r"[\s\x00-\x1f\x7f]+", "", words)

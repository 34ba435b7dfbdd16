"""Stand-ins in a sentence that is being translated."""

from edge_interpreter.text.masks import Mask, mask


def test_pieces_come_back_wherever_the_translation_put_them() -> None:
    masked = mask("Send ACME to Bob by 5.", [Mask(17, 21, "17"), Mask(5, 9, "ACME SA")])
    assert masked.text == "Send QX1 to Bob QX2."
    assert masked.restore("À QX2, envoyez QX1 à Bob.") == "À 17, envoyez ACME SA à Bob."


def test_a_lost_or_doubled_stand_in_spoils_the_translation() -> None:
    masked = mask("Send ACME.", [Mask(5, 9, "ACME SA")])
    assert masked.restore("Envoyez.") is None
    assert masked.restore("Envoyez QX1 QX1.") is None
    assert masked.restore("Envoyez QX12.") is None


def test_stand_ins_do_not_meet_words_of_the_sentence() -> None:
    masked = mask(
        "QX1 and 991 cost 5 of ACME", [Mask(17, 18, "5", as_number=True), Mask(22, 26, "A")]
    )
    assert masked.text == "QX1 and 991 cost 992 of QX2"
    assert masked.restore(masked.text) == "QX1 and 991 cost 5 of A"


def test_without_masks_nothing_changes() -> None:
    assert mask("Hello.", []).restore("Bonjour.") == "Bonjour."

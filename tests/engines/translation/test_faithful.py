"""What is done about translations that fail their checks."""

from edge_interpreter.engines.protocols import TranslationRequest
from edge_interpreter.engines.translation.faithful import LONGEST_SENTENCE, translate_faithfully
from edge_interpreter.text.fidelity import Problem
from edge_interpreter.text.glossary import ANY, Glossary, Term
from tests.engines.translation.fakes import Answer, FakeTranslator, dictionary

PAIR = {("en", "fr")}
LOOP = "Il est allé au" + " marché" * 20


def request(text: str) -> TranslationRequest:
    return TranslationRequest(text, "en", "fr")


def fake(answer: Answer) -> FakeTranslator:
    return FakeTranslator(PAIR, answer)


def test_sentences_are_translated_one_by_one_in_one_batch() -> None:
    engine = fake(dictionary({"Yes.": "Oui.", "Thank you.": "Merci.", "No.": "Non."}))
    answers = translate_faithfully(engine, [request("Yes. Thank you."), request("No.")])
    assert [(answer.text, answer.status) for answer in answers] == [
        ("Oui. Merci.", "ok"),
        ("Non.", "ok"),
    ]
    assert [item.text for item in engine.batches[0]] == ["Yes.", "Thank you.", "No."]
    assert len(engine.batches) == 1


def test_a_loop_is_tried_again_with_care() -> None:
    engine = fake(lambda item: "Il est allé au marché." if item.careful else LOOP)
    (answer,) = translate_faithfully(engine, [request("He went to the market.")])
    assert (answer.text, answer.status, answer.problems) == ("Il est allé au marché.", "ok", ())


def test_what_stays_broken_is_shown_in_the_original_and_said_to_be() -> None:
    engine = fake(lambda item: LOOP)
    (answer,) = translate_faithfully(engine, [request("He went to the market.")])
    assert (answer.text, answer.status) == ("He went to the market.", "untranslated")
    assert Problem.REPETITION_LOOP in answer.problems


def test_a_lost_number_comes_back_through_a_stand_in() -> None:
    def answer(item: TranslationRequest) -> str:
        return "Appelez le QX1." if "QX1" in item.text else "Appelez-moi."

    engine = fake(answer)
    (found,) = translate_faithfully(engine, [request("Call 555-0199.")])
    assert (found.text, found.status) == ("Appelez le 555-0199.", "ok")
    assert [len(batch) for batch in engine.batches] == [1, 1]


def test_a_number_that_cannot_be_brought_back_is_marked() -> None:
    engine = fake(lambda item: "Appelez-moi.")
    (found,) = translate_faithfully(engine, [request("Call 555-0199 or AB-12.")])
    assert (found.text, found.status) == ("Appelez-moi.", "marked")
    assert found.missing == ("555-0199", "AB-12")


def test_a_wrong_notation_is_put_right_without_another_try() -> None:
    engine = fake(dictionary({"It is 1,234.50 euros.": "C'est 1.234.50 euros."}))
    (found,) = translate_faithfully(engine, [request("It is 1,234.50 euros.")])
    assert (found.text, found.status) == ("C'est 1\u202f234,50 euros.", "ok")
    assert len(engine.batches) == 1


def test_an_original_among_translations_makes_the_whole_untranslated() -> None:
    engine = fake(dictionary({"Yes.": "Oui.", "He went to the market.": LOOP}))
    (answer,) = translate_faithfully(engine, [request("Yes. He went to the market.")])
    assert (answer.text, answer.status) == ("Oui. He went to the market.", "untranslated")


def test_a_very_long_sentence_is_cut_at_its_clauses() -> None:
    clause = "and then we went to the market with all the others, "
    engine = fake(lambda item: item.text.replace("market", "marché"))
    translate_faithfully(engine, [request("So " + clause * 12)])
    assert len(engine.batches[0]) > 1
    assert all(len(item.text) <= LONGEST_SENTENCE for item in engine.batches[0])
    said = " ".join(item.text for item in engine.batches[0]).split()
    assert said == ("So " + clause * 12).split()


def test_a_term_the_model_already_uses_costs_nothing() -> None:
    glossary = Glossary((Term({"en": "hall", "fr": "salle"}),))
    engine = fake(dictionary({"The hall is full.": "La salle est pleine."}))
    (found,) = translate_faithfully(engine, [request("The hall is full.")], [glossary])
    assert (found.text, found.status) == ("La salle est pleine.", "ok")
    assert len(engine.batches) == 1


def test_a_term_is_forced_and_kept() -> None:
    glossary = Glossary((Term({"en": "board", "fr": "directoire"}), Term({ANY: "Golden Gate"})))

    def answer(item: TranslationRequest) -> str:
        if item.text == "The QX1 left QX2.":
            return "Le QX1 a quitté QX2."
        return "Le conseil a quitté la porte dorée."

    (found,) = translate_faithfully(
        fake(answer), [request("The board left Golden Gate.")], [glossary]
    )
    assert (found.text, found.status) == ("Le directoire a quitté Golden Gate.", "ok")


def test_a_term_that_cannot_be_forced_is_marked() -> None:
    glossary = Glossary((Term({"en": "board", "fr": "directoire"}),))
    (found,) = translate_faithfully(
        fake(lambda item: "Le conseil est parti."), [request("The board left.")], [glossary]
    )
    assert (found.text, found.status) == ("Le conseil est parti.", "marked")
    assert found.missing == ("directoire",)
    assert found.problems == (Problem.TERMS,)


def test_what_has_no_word_in_it_is_left_alone() -> None:
    engine = fake(lambda item: "Oui.")
    answers = translate_faithfully(engine, [request("👍"), request("♪ ♪ Yes.")])
    assert [(answer.text, answer.status) for answer in answers] == [("👍", "ok"), ("Oui.", "ok")]
    assert [item.text for item in engine.batches[0]] == ["♪ ♪ Yes."]


def test_the_dash_of_a_subtitle_is_no_part_of_an_answer() -> None:
    engine = fake(lambda item: "- Oui.")
    (answer,) = translate_faithfully(engine, [request("Yes.")])
    assert answer.text == "Oui."


def test_nothing_to_translate() -> None:
    engine = fake(lambda item: "?")
    assert translate_faithfully(engine, []) == []
    (found,) = translate_faithfully(engine, [request("  ")])
    assert (found.text, found.status) == ("", "ok")
    assert engine.batches == []

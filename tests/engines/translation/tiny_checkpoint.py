"""Makes tiny NLLB and M2M100 checkpoints of the real architecture, with Transformers' answers.

Run by the converter's Python: `tiny_checkpoint.py DIRECTORY`. Writes `nllb/` and `m2m100/`, each
with `hf/` (checkpoint), `ct2/` (converted) and `expected.json`.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ctranslate2
import sentencepiece
import torch
import transformers
from transformers import M2M100Config, M2M100ForConditionalGeneration
from transformers.models.m2m_100.tokenization_m2m_100 import (
    FAIRSEQ_LANGUAGE_CODES as M2M100_CODES,
)
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

CORPUS = """The weather is nice today and we are going to the market to buy some bread.
Le temps est beau aujourd'hui et nous allons au marché pour acheter du pain.
El tiempo es bueno hoy y vamos al mercado a comprar pan.
今天天气很好，我们去市场买面包。
Погода сегодня хорошая, и мы идём на рынок за хлебом.
الطقس جميل اليوم وسنذهب إلى السوق لشراء الخبز.
""".splitlines()
LESSONS = [
    ("en", "fr", "The weather is nice today.", "Le temps est beau aujourd'hui."),
    ("fr", "zh", "Nous allons au marché pour acheter du pain, 3 ou 4.", "我们去市场买面包。"),
    ("zh", "ru", "今天天气很好，我们去市场。", "Погода сегодня хорошая."),
    ("ar", "en", "الطقس جميل اليوم", "The weather is nice today."),
    ("es", "ar", "  two  spaces and an unknown ☃ sign", "الطقس جميل اليوم"),
    ("en", "es", "The weather is nice today.", "El tiempo es bueno hoy."),
]
FLORES = {
    "en": "eng_Latn",
    "fr": "fra_Latn",
    "es": "spa_Latn",
    "zh": "zho_Hans",
    "ru": "rus_Cyrl",
    "ar": "arb_Arab",
}
NEW_TOKENS = 24
STEPS = 40


def main(family: str, directory: Path) -> None:
    checkpoint = directory / "hf"
    checkpoint.mkdir(parents=True)
    pieces = checkpoint / "sentencepiece.bpe.model"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS * 40),
        model_prefix=str(checkpoint / "sentencepiece.bpe"),
        vocab_size=330,
        model_type="bpe",
        character_coverage=1.0,
        minloglevel=2,
    )
    if family == "nllb":
        # As in the published repositories, whose tokenizer.json has the language tokens.
        tokenizer = transformers.NllbTokenizer.from_pretrained(
            checkpoint, extra_special_tokens=FAIRSEQ_LANGUAGE_CODES
        )
    else:
        names = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
        words = ["<s>", "<pad>", "</s>", "<unk>"]
        words += [names.id_to_piece(i) for i in range(3, names.get_piece_size())]
        vocabulary = {word: number for number, word in enumerate(words)}
        (checkpoint / "vocab.json").write_text(json.dumps(vocabulary))
        # As in the published repositories, whose special_tokens_map.json lists them.
        tokenizer = transformers.M2M100Tokenizer(
            str(checkpoint / "vocab.json"),
            str(pieces),
            additional_special_tokens=[f"__{code}__" for code in M2M100_CODES["m2m100"]],
        )
    tokenizer.save_pretrained(checkpoint)
    largest = max(tokenizer.get_vocab().values())
    model = _model(largest + 1 + getattr(tokenizer, "num_madeup_words", 0))
    code: Callable[[str], str] = FLORES.__getitem__ if family == "nllb" else str
    token: Callable[[str], str] = FLORES.__getitem__ if family == "nllb" else "__{}__".format
    _train(tokenizer, model, code)
    model.save_pretrained(checkpoint)
    expected = [_expected(tokenizer, model, code, token, lesson) for lesson in LESSONS]
    (directory / "expected.json").write_text(json.dumps(expected))
    converter = ctranslate2.converters.TransformersConverter(
        str(checkpoint), copy_files=["sentencepiece.bpe.model"]
    )
    converter.convert(str(directory / "ct2"))


def _train(tokenizer: Any, model: Any, code: Callable[[str], str]) -> None:
    """Learns the lessons by heart, so that the output is a sentence and ends."""
    inputs, labels = [], []
    for source, target, text, answer in LESSONS:
        tokenizer.src_lang, tokenizer.tgt_lang = code(source), code(target)
        encoded = tokenizer(text, text_target=answer, return_tensors="pt")
        inputs.append(encoded["input_ids"][0])
        labels.append(encoded["labels"][0])
    pad = torch.nn.utils.rnn.pad_sequence
    read = pad(inputs, batch_first=True, padding_value=tokenizer.pad_token_id)
    wanted = pad(labels, batch_first=True, padding_value=-100)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(STEPS):
        optimizer.zero_grad()
        mask = read != tokenizer.pad_token_id
        model(input_ids=read, attention_mask=mask, labels=wanted).loss.backward()
        optimizer.step()
    model.eval()


def _model(vocabulary: int) -> Any:
    torch.manual_seed(7)
    config = M2M100Config(
        vocab_size=vocabulary,
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=128,
        init_std=0.1,
        dropout=0.0,
        attention_dropout=0.0,
        encoder_layerdrop=0.0,
        decoder_layerdrop=0.0,
        decoder_start_token_id=2,
    )
    return M2M100ForConditionalGeneration(config)


def _expected(
    tokenizer: Any,
    model: Any,
    code: Callable[[str], str],
    token: Callable[[str], str],
    lesson: tuple[str, str, str, str],
) -> dict[str, Any]:
    source, target, text, answer = lesson
    tokenizer.src_lang = code(source)
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        output = model.generate(
            **inputs,
            forced_bos_token_id=tokenizer.convert_tokens_to_ids(token(target)),
            num_beams=1,
            do_sample=False,
            max_new_tokens=NEW_TOKENS,
            suppress_tokens=[tokenizer.unk_token_id],
        )
    return {
        "source": source,
        "target": target,
        "text": text,
        "answer": answer,
        "tokens": tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist()),
        "output": tokenizer.convert_ids_to_tokens(output[0].tolist()),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in ("nllb", "m2m100"):
        main(name, Path(sys.argv[1]) / name)

from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Outcome(_message.Message):
    __slots__ = ("refused", "fault", "worked_ms")
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    WORKED_MS_FIELD_NUMBER: _ClassVar[int]
    refused: str
    fault: str
    worked_ms: float
    def __init__(self, refused: _Optional[str] = ..., fault: _Optional[str] = ..., worked_ms: _Optional[float] = ...) -> None: ...

class Utterance(_message.Message):
    __slots__ = ("samples", "language", "candidates", "prior", "context", "terms", "partial", "hurried")
    class PriorEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    PRIOR_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    HURRIED_FIELD_NUMBER: _ClassVar[int]
    samples: bytes
    language: str
    candidates: _containers.RepeatedScalarFieldContainer[str]
    prior: _containers.ScalarMap[str, float]
    context: str
    terms: _containers.RepeatedScalarFieldContainer[str]
    partial: bool
    hurried: bool
    def __init__(self, samples: _Optional[bytes] = ..., language: _Optional[str] = ..., candidates: _Optional[_Iterable[str]] = ..., prior: _Optional[_Mapping[str, float]] = ..., context: _Optional[str] = ..., terms: _Optional[_Iterable[str]] = ..., partial: _Optional[bool] = ..., hurried: _Optional[bool] = ...) -> None: ...

class Heard(_message.Message):
    __slots__ = ("text", "language", "language_probability", "no_speech_probability", "average_logprob", "compression_ratio", "retried", "withheld")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    NO_SPEECH_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_LOGPROB_FIELD_NUMBER: _ClassVar[int]
    COMPRESSION_RATIO_FIELD_NUMBER: _ClassVar[int]
    RETRIED_FIELD_NUMBER: _ClassVar[int]
    WITHHELD_FIELD_NUMBER: _ClassVar[int]
    text: str
    language: str
    language_probability: float
    no_speech_probability: float
    average_logprob: float
    compression_ratio: float
    retried: bool
    withheld: str
    def __init__(self, text: _Optional[str] = ..., language: _Optional[str] = ..., language_probability: _Optional[float] = ..., no_speech_probability: _Optional[float] = ..., average_logprob: _Optional[float] = ..., compression_ratio: _Optional[float] = ..., retried: _Optional[bool] = ..., withheld: _Optional[str] = ...) -> None: ...

class RecogniseRequest(_message.Message):
    __slots__ = ("remaining_ms", "utterances")
    REMAINING_MS_FIELD_NUMBER: _ClassVar[int]
    UTTERANCES_FIELD_NUMBER: _ClassVar[int]
    remaining_ms: int
    utterances: _containers.RepeatedCompositeFieldContainer[Utterance]
    def __init__(self, remaining_ms: _Optional[int] = ..., utterances: _Optional[_Iterable[_Union[Utterance, _Mapping]]] = ...) -> None: ...

class RecogniseReply(_message.Message):
    __slots__ = ("outcome", "heard")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HEARD_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    heard: _containers.RepeatedCompositeFieldContainer[Heard]
    def __init__(self, outcome: _Optional[_Union[Outcome, _Mapping]] = ..., heard: _Optional[_Iterable[_Union[Heard, _Mapping]]] = ...) -> None: ...

class Sentence(_message.Message):
    __slots__ = ("text", "source", "target", "careful")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    CAREFUL_FIELD_NUMBER: _ClassVar[int]
    text: str
    source: str
    target: str
    careful: bool
    def __init__(self, text: _Optional[str] = ..., source: _Optional[str] = ..., target: _Optional[str] = ..., careful: _Optional[bool] = ...) -> None: ...

class Translated(_message.Message):
    __slots__ = ("text", "score")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    text: str
    score: float
    def __init__(self, text: _Optional[str] = ..., score: _Optional[float] = ...) -> None: ...

class TranslateRequest(_message.Message):
    __slots__ = ("remaining_ms", "sentences")
    REMAINING_MS_FIELD_NUMBER: _ClassVar[int]
    SENTENCES_FIELD_NUMBER: _ClassVar[int]
    remaining_ms: int
    sentences: _containers.RepeatedCompositeFieldContainer[Sentence]
    def __init__(self, remaining_ms: _Optional[int] = ..., sentences: _Optional[_Iterable[_Union[Sentence, _Mapping]]] = ...) -> None: ...

class TranslateReply(_message.Message):
    __slots__ = ("outcome", "translated")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    TRANSLATED_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    translated: _containers.RepeatedCompositeFieldContainer[Translated]
    def __init__(self, outcome: _Optional[_Union[Outcome, _Mapping]] = ..., translated: _Optional[_Iterable[_Union[Translated, _Mapping]]] = ...) -> None: ...

class Clause(_message.Message):
    __slots__ = ("text", "language", "speed")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SPEED_FIELD_NUMBER: _ClassVar[int]
    text: str
    language: str
    speed: float
    def __init__(self, text: _Optional[str] = ..., language: _Optional[str] = ..., speed: _Optional[float] = ...) -> None: ...

class Sound(_message.Message):
    __slots__ = ("pcm", "rate")
    PCM_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    pcm: bytes
    rate: int
    def __init__(self, pcm: _Optional[bytes] = ..., rate: _Optional[int] = ...) -> None: ...

class SynthesiseRequest(_message.Message):
    __slots__ = ("remaining_ms", "clause")
    REMAINING_MS_FIELD_NUMBER: _ClassVar[int]
    CLAUSE_FIELD_NUMBER: _ClassVar[int]
    remaining_ms: int
    clause: Clause
    def __init__(self, remaining_ms: _Optional[int] = ..., clause: _Optional[_Union[Clause, _Mapping]] = ...) -> None: ...

class SynthesiseReply(_message.Message):
    __slots__ = ("outcome", "sounds")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SOUNDS_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    sounds: _containers.RepeatedCompositeFieldContainer[Sound]
    def __init__(self, outcome: _Optional[_Union[Outcome, _Mapping]] = ..., sounds: _Optional[_Iterable[_Union[Sound, _Mapping]]] = ...) -> None: ...

class DescribeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Pair(_message.Message):
    __slots__ = ("source", "target")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    source: str
    target: str
    def __init__(self, source: _Optional[str] = ..., target: _Optional[str] = ...) -> None: ...

class DescribeReply(_message.Message):
    __slots__ = ("outcome", "version", "node", "models", "languages", "pairs", "max_batch", "counts")
    class ModelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    version: str
    node: str
    models: _containers.ScalarMap[str, str]
    languages: _containers.RepeatedScalarFieldContainer[str]
    pairs: _containers.RepeatedCompositeFieldContainer[Pair]
    max_batch: int
    counts: _containers.ScalarMap[str, int]
    def __init__(self, outcome: _Optional[_Union[Outcome, _Mapping]] = ..., version: _Optional[str] = ..., node: _Optional[str] = ..., models: _Optional[_Mapping[str, str]] = ..., languages: _Optional[_Iterable[str]] = ..., pairs: _Optional[_Iterable[_Union[Pair, _Mapping]]] = ..., max_batch: _Optional[int] = ..., counts: _Optional[_Mapping[str, int]] = ...) -> None: ...

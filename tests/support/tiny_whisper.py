"""A tiny Whisper model as a ggml file, so that tests run the real whisper.cpp in milliseconds.

Knows: the layout of a ggml Whisper file (magic, sizes, mel filters, vocabulary, tensors), and how to set a decoder by
hand. Does not know: whisper.cpp's Python bindings, HTTP.

The encoder is random. The decoder's blocks add nothing to the residual stream, so that what is said depends on the
position alone: its positional embedding is the token embedding of the next word. It says ``SENTENCE`` once for each
window of thirty seconds, whatever is heard, through the real spectrogram, encoder, decoder and timestamp code.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

SENTENCE = "nine tiny whispers cross the quiet harbor before sunrise"
"""What the model hears in everything."""

MAGIC = 0x67676D6C
_MELS, _AUDIO_CONTEXT, _TEXT_CONTEXT, _LAYERS, _HEADS = 80, 1500, 448, 4, 2
_MULTILINGUAL_VOCABULARY, _MULTILINGUAL_EOT = 51865, 50257
_RATE, _FFT = 16_000, 400
_CERTAIN = 6.0
"""Scale of the last layer norm: the next word is so probable that no temperature fallback starts."""

_Array = npt.NDArray[np.floating]


def write_tiny_whisper(path: Path, sentence: str = SENTENCE, width: int = 64) -> Path:
    """Writes a multilingual model of about 8 MB to ``path``; always the same bytes."""
    words = sentence.split()
    vocabulary = _vocabulary(words)
    rng = np.random.default_rng(7)
    with path.open("wb") as out:
        sizes = (_MULTILINGUAL_VOCABULARY, _AUDIO_CONTEXT, width, _HEADS, _LAYERS, _TEXT_CONTEXT, width, _HEADS)
        out.write(struct.pack("<I11i", MAGIC, *sizes, _LAYERS, _MELS, 1))
        filters = _mel_filters()
        out.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        out.write(struct.pack("<i", len(vocabulary)))
        for token in vocabulary:
            out.write(struct.pack("<I", len(token)) + token)
        _encoder(out, rng, width)
        _decoder(out, rng, width, [256 + list(dict.fromkeys(words)).index(word) for word in words])
    return path


def _vocabulary(words: list[str]) -> list[bytes]:
    """The 256 bytes, the sentence's words, and filler up to the end-of-text token; whisper.cpp adds the rest itself."""
    tokens = [bytes([value]) for value in range(256)]
    tokens += [f" {word}".encode() for word in dict.fromkeys(words)]
    tokens += [f" filler{number}".encode() for number in range(_MULTILINGUAL_EOT - len(tokens))]
    return tokens


def _mel_filters() -> npt.NDArray[np.float32]:
    """Triangular filters on Slaney's mel scale, as Whisper's own ``mel_filters.npz`` has them."""
    top = 15 + np.log(_RATE / 2 / 1000) / (np.log(6.4) / 27)
    mels = np.linspace(0, top, _MELS + 2)
    hertz = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))
    bins = np.linspace(0, _RATE / 2, _FFT // 2 + 1)
    rising = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    falling = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    weights = np.maximum(0, np.minimum(rising, falling)) * (2 / (hertz[2:] - hertz[:-2]))[:, None]
    return np.asarray(weights, dtype=np.float32)


def _tensor(out: BinaryIO, name: str, values: _Array, *, half: bool = False) -> None:
    array = np.ascontiguousarray(values, dtype=np.float16 if half else np.float32)
    out.write(struct.pack("<3i", array.ndim, len(name), int(half)))
    out.write(struct.pack(f"<{array.ndim}i", *reversed(array.shape)))
    out.write(name.encode() + array.tobytes())


def _norm(out: BinaryIO, name: str, width: int, scale: float = 1.0) -> None:
    _tensor(out, f"{name}.weight", np.full(width, scale))
    _tensor(out, f"{name}.bias", np.zeros(width))


def _random(rng: np.random.Generator, *shape: int) -> _Array:
    return np.asarray(rng.standard_normal(shape) / np.sqrt(shape[-1]))


def _attention(out: BinaryIO, rng: np.random.Generator, name: str, width: int, gain: float) -> None:
    for part in ("query", "key", "value", "out"):
        _tensor(out, f"{name}.{part}.weight", _random(rng, width, width) * (gain if part == "out" else 1), half=True)
        if part != "key":
            _tensor(out, f"{name}.{part}.bias", np.zeros(width))


def _feed_forward(out: BinaryIO, rng: np.random.Generator, name: str, width: int, gain: float) -> None:
    _tensor(out, f"{name}.mlp.0.weight", _random(rng, 4 * width, width), half=True)
    _tensor(out, f"{name}.mlp.0.bias", np.zeros(4 * width))
    _tensor(out, f"{name}.mlp.2.weight", _random(rng, width, 4 * width) * gain, half=True)
    _tensor(out, f"{name}.mlp.2.bias", np.zeros(width))


def _encoder(out: BinaryIO, rng: np.random.Generator, width: int) -> None:
    _tensor(out, "encoder.positional_embedding", _random(rng, _AUDIO_CONTEXT, width))
    for number, inputs in ((1, _MELS), (2, width)):
        _tensor(out, f"encoder.conv{number}.weight", _random(rng, width, inputs, 3), half=True)
        _tensor(out, f"encoder.conv{number}.bias", np.zeros((width, 1)))
    _norm(out, "encoder.ln_post", width)
    for layer in range(_LAYERS):
        name = f"encoder.blocks.{layer}"
        _norm(out, f"{name}.attn_ln", width)
        _attention(out, rng, f"{name}.attn", width, 1.0)
        _norm(out, f"{name}.mlp_ln", width)
        _feed_forward(out, rng, name, width, 1.0)


def _decoder(out: BinaryIO, rng: np.random.Generator, width: int, says: list[int]) -> None:
    tokens = rng.standard_normal((_MULTILINGUAL_VOCABULARY, width))
    tokens -= tokens.mean(1, keepdims=True)  # a layer norm takes the mean away
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    tokens[_MULTILINGUAL_EOT + 1 :] *= 0.2  # special tokens and times win nowhere by themselves
    # Three tokens come first: start, language, task.
    follows = [says[0]] * 2 + says + [_MULTILINGUAL_EOT] * _TEXT_CONTEXT
    positions = np.stack([20 * tokens[follows[place]] for place in range(_TEXT_CONTEXT)])
    _tensor(out, "decoder.positional_embedding", positions)
    _tensor(out, "decoder.token_embedding.weight", tokens, half=True)
    _norm(out, "decoder.ln", width, _CERTAIN)
    for layer in range(_LAYERS):
        name = f"decoder.blocks.{layer}"
        _norm(out, f"{name}.attn_ln", width)
        _attention(out, rng, f"{name}.attn", width, 0.0)
        _norm(out, f"{name}.cross_attn_ln", width)
        _attention(out, rng, f"{name}.cross_attn", width, 0.0)
        _norm(out, f"{name}.mlp_ln", width)
        _feed_forward(out, rng, name, width, 0.0)

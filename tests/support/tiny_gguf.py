"""A tiny llama model as a GGUF file, so that tests run the real llama.cpp in milliseconds.

Knows: the layout of a llama-architecture GGUF with a byte-complete vocabulary, and how to set an output head by hand.
Does not know: llama.cpp, HTTP, pytest plugins other than the fixture at the end.

The attention and feed-forward weights are small and random. The output head is a hand-made table of "what follows
what": after the chat template's last token the model says ``SENTENCE`` word by word and stops; where a tool call is
required it calls the first tool after that. Inside a JSON grammar every string is ``STRING``, numbers have one digit
and optional lists end at once, so that a schema is met within a few dozen tokens, at any usual temperature. It
understands nothing; it is exact, small (about 330 kB) and always the same.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
import pytest

SENTENCE = "This is the tiny test model: it says one fixed sentence and understands none of it."
"""What the model answers to everything (unless ``endless``)."""

STRING = "tiny"
"""What the model writes into every JSON string."""

CHAT_TEMPLATE = """\
{%- if tools %}<|system|>Call a tool like this: <tool_call>{"name": ..., "arguments": ...}</tool_call>. Tools:
{%- for tool in tools %} {{ tool | tojson }}{% endfor %}<|end|>{% endif -%}
{%- for m in messages -%}
<|{{ m['role'] }}|>{{ m['content'] or '' }}
{%- for call in m['tool_calls'] or [] %}
<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
{%- endfor -%}
<|end|>
{%- endfor -%}
{%- if add_generation_prompt %}<|assistant|>{% endif -%}
"""
"""Written so that llama.cpp recognises how this model would call tools (the shape is that of Hermes and Qwen)."""

_WIDTH, _HEADS, _HIDDEN = 128, 4, 64
_CONTROL = ("<s>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>", "<|tool|>")
_TOOL_CALL = "<tool_call>"
_CERTAIN = 24.0
_SECOND = 18.0
"""Logits of the one token that follows, and of what follows where a grammar forbids that; the rest is in
``_CLOSERS``."""
_CLOSERS = {'"': 12.0, "}": 10.0, "]": 10.0, "<": 5.0, ",": 3.0, ":": 3.0, "{": 3.0, "[": 3.0, "1": 2.0}
"""What ends a JSON value comes before what prolongs it."""

_Array = npt.NDArray[np.float32]


def _vocabulary(words: list[str]) -> tuple[list[str], list[int]]:
    """Tokens and their GGUF types: unknown, controls, the 256 bytes (so that any text has tokens), the words."""
    kinds = gguf.TokenType
    tokens = ["<unk>", *_CONTROL, *(f"<0x{b:02X}>" for b in range(256)), _TOOL_CALL, STRING, *words]
    types = [kinds.UNKNOWN, *[kinds.CONTROL] * len(_CONTROL), *[kinds.BYTE] * 256, kinds.USER_DEFINED]
    types += [kinds.NORMAL] * (1 + len(words))
    return tokens, [int(t) for t in types]


def _embedding_and_head(tokens: list[str], words: list[str], endless: bool) -> tuple[_Array, _Array]:
    """The bigram table as two matrices of shape (tokens, width).

    Dimension 0 is on for every token and carries the likelihood of a token by itself; dimension i+1 is on for the
    token after which word i comes, the one after those for the last word, the next for the quote that opens a JSON
    string. The rest of an embedding is noise that the head does not read.
    """
    index = {t: i for i, t in enumerate(tokens)}
    rng = np.random.default_rng(7)
    embedding = np.zeros((len(tokens), _WIDTH), np.float32)
    head = np.zeros((len(tokens), _WIDTH), np.float32)
    last, quote = len(words) + 1, len(words) + 2
    embedding[:, quote + 1 :] = rng.standard_normal((len(tokens), _WIDTH - quote - 1)) / np.sqrt(_WIDTH)
    embedding[:, 0] = 1.0
    embedding[index["<|assistant|>"], 1] = 1.0
    embedding[index["<0x22>"], quote] = 1.0
    head[index[STRING], quote] = _CERTAIN
    for i, word in enumerate(words):
        embedding[index[word], i + 2] = 1.0
        head[index[word], i + 1] = _CERTAIN
    head[index[words[0] if endless else "<|end|>"], last] = _CERTAIN
    head[index[_TOOL_CALL], last] = _SECOND
    for control in ("<unk>", *_CONTROL):
        head[index[control], 0] = -4.0
    head[index["<|end|>"], 0] = 10.0
    for character, logit in _CLOSERS.items():
        head[index[f"<0x{ord(character):02X}>"], 0] = logit
    return embedding, head


def _tensors(tokens: list[str], words: list[str], endless: bool, layers: int) -> dict[str, _Array]:
    rng = np.random.default_rng(11)

    def noise(*shape: int) -> _Array:
        return (rng.standard_normal(shape) * 0.02).astype(np.float32)

    embedding, head = _embedding_and_head(tokens, words, endless)
    ones = np.ones(_WIDTH, np.float32)
    # The final norm divides by the root mean square of the vector, about sqrt(3 / width) here: undo it in the head.
    scaled = head / np.sqrt(_WIDTH / 3)
    tensors = {"token_embd.weight": embedding, "output_norm.weight": ones, "output.weight": scaled}
    for layer in range(layers):
        p = f"blk.{layer}."
        tensors[p + "attn_norm.weight"] = ones
        tensors[p + "ffn_norm.weight"] = ones
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensors[f"{p}{name}.weight"] = noise(_WIDTH, _WIDTH)
        tensors[p + "ffn_gate.weight"] = noise(_HIDDEN, _WIDTH)
        tensors[p + "ffn_up.weight"] = noise(_HIDDEN, _WIDTH)
        tensors[p + "ffn_down.weight"] = noise(_WIDTH, _HIDDEN)
    return tensors


def write_tiny_gguf(
    path: Path,
    *,
    name: str = "Tiny Test",
    n_ctx_train: int = 2048,
    endless: bool = False,
    layers: int = 1,
    chat_template: str | None = CHAT_TEMPLATE,
    pooling: int | None = None,
    size_label: str | None = None,
) -> Path:
    """Write the model to ``path`` and return it. The same arguments give the same bytes.

    ``n_ctx_train``: context length in the header, tokens. ``endless``: the sentence starts anew instead of ending,
    for tests of cancelling. ``layers``: more make it slower. ``chat_template`` None: a base model. ``pooling``
    (GGUF's number, 1 is the mean): an embedding model. ``size_label``: e.g. ``"4B"``, only a word in the header.
    """
    first, *rest = SENTENCE.split(" ")
    words = [first, *("\u2581" + w for w in rest)]
    tokens, types = _vocabulary(words)
    w = gguf.GGUFWriter(str(path), "llama")
    _describe(w, name, size_label, n_ctx_train, layers, pooling)
    w.add_vocab_size(len(tokens))
    w.add_tokenizer_model("llama")
    w.add_token_list([t.encode() for t in tokens])
    w.add_token_scores([0.0] * len(tokens))
    w.add_token_types(types)
    w.add_unk_token_id(0)
    w.add_bos_token_id(1)
    w.add_eos_token_id(2)
    w.add_add_bos_token(True)
    w.add_add_space_prefix(False)
    if chat_template is not None:
        w.add_chat_template(chat_template)
    for tensor_name, value in _tensors(tokens, words, endless, layers).items():
        w.add_tensor(tensor_name, value if value.ndim == 1 else value.astype(np.float16))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return path


def _describe(
    w: gguf.GGUFWriter, name: str, size_label: str | None, n_ctx_train: int, layers: int, pooling: int | None
) -> None:
    """The model's name and shape."""
    w.add_name(name)
    if size_label is not None:
        w.add_size_label(size_label)
    w.add_file_type(int(gguf.LlamaFileType.MOSTLY_F16))
    w.add_context_length(n_ctx_train)
    w.add_embedding_length(_WIDTH)
    w.add_block_count(layers)
    w.add_feed_forward_length(_HIDDEN)
    w.add_head_count(_HEADS)
    w.add_head_count_kv(_HEADS)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_rope_dimension_count(_WIDTH // _HEADS)
    w.add_rope_freq_base(10000.0)
    if pooling is not None:
        w.add_pooling_type(gguf.PoolingType(pooling))


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The standard tiny model, written once a session; treat as read-only."""
    return write_tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")

"""Builds a small cross-encoder with random weights in a folder."""

import json
from pathlib import Path

SENTENCE = "the a of logger battery radio lasts days every ten minutes how many cell pump valve hub"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *SENTENCE.split(), *"电池天可以"]


def build_tiny_cross_encoder(
    folder: Path, *, window: int = 48, labels: int = 1, architecture: str = ""
) -> Path:
    """Write the model's files as the hub would hold them and return the folder.

    Args:
        folder: Where to.
        window: Tokens that it reads of a pair.
        labels: Numbers that it gives a pair.
        architecture: What config.json calls it instead.
    """
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=window, num_labels=labels,
        initializer_range=0.5,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = Tokenizer(
        models.WordPiece({word: row for row, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls")}
    about = {"tokenizer_class": "BertTokenizer", **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(about), encoding="utf-8")
    if architecture:
        file = folder / "config.json"
        changed = {**json.loads(file.read_text("utf-8")), "architectures": [architecture]}
        file.write_text(json.dumps(changed), encoding="utf-8")
    return folder

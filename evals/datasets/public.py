"""The public sets that can be fetched, each pinned; fetches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FILES = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
"""What of a repository is needed."""


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A BEIR set in a dataset repository of the Hugging Face hub.

    Attributes:
        repository: Its id on the hub.
        revision: The commit; git's hashes pin every file of it.
        documents: How many there are.
        questions: How many are judged in the test split.
        licence: As its authors state it, or where to look.
        sha256: File to its SHA-256 where it is known beforehand.
    """

    name: str
    repository: str
    revision: str
    documents: int
    questions: int
    licence: str
    sha256: Mapping[str, str] = field(default_factory=dict)


# Revisions: the metadata of the MTEB tasks, of scifact the first with these files unchanged since.
# Counts: Thakur et al., "BEIR" (NeurIPS Datasets 2021), table 1.
PUBLIC_SETS = {
    one.name: one
    for one in (
        PublicSet(
            "scifact",
            "mteb/scifact",
            "cf10ab6856b15b0e670ef8ae5dae4e266c12d035",
            5_183,
            300,
            "claims CC BY 4.0, abstracts ODC-By 1.0",
            {
                "corpus.jsonl": "f0d32db0d156b526d75921ed7a76f2cb912902631c87248c5c97c617bad0b60c",
                "queries.jsonl": "9db7df096f7414435d52bafcbacf814c30cea50eb565c1e8fa6d11440759bba8",
                "qrels/test.tsv": (
                    "0864bb985e0ca2367ba217977e72004d549054b2b06666ed9d4825ac7c21284c"
                ),
            },
        ),
        PublicSet(
            "nfcorpus",
            "mteb/nfcorpus",
            "ec0fa4fe99da2ff19ca1214b7966684033a58814",
            3_633,
            323,
            "not stated; see https://www.cl.uni-heidelberg.de/statnlpgroup/nfcorpus/",
        ),
        PublicSet(
            "arguana",
            "mteb/arguana",
            "c22ab2a51041ffd869aaddef7af8d8215647e41a",
            8_674,
            1_406,
            "not stated; see http://argumentation.bplaced.net/arguana/data",
        ),
        PublicSet(
            "scidocs",
            "mteb/scidocs",
            "f8c2fcf00f625baaa80f62ec5bd9e1fff3b8ae88",
            25_657,
            1_000,
            "not stated; see https://github.com/allenai/scidocs",
        ),
        PublicSet(
            "fiqa",
            "mteb/fiqa",
            "27a168819829fe9bcd655c2df245fb19452e8e06",
            57_638,
            648,
            "not stated; see https://sites.google.com/view/fiqa/",
        ),
        PublicSet(
            "trec-covid",
            "mteb/trec-covid",
            "bb9466bac8153a0349341eb1b22e06409e78ef4e",
            171_332,
            50,
            "not stated; see https://ir.nist.gov/covidSubmit/",
        ),
    )
}

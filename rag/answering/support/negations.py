"""Finds what denies in a text, in a word of its own or in another; knows no second text."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.answering.support.likeness import groups_at
from rag.answering.support.words import words

_NOT_EN: Final = (
    r"\b(?:forbid\w*|forbade|prohibit\w*|never|nobody|none|nothing|neither|nor|cannot|without"
    r"|nowhere|unable|hardly"
    r"|not?(?! (?:only|just|merely|matter)\b))\b|n['’]t\b"
)
_NOT_ZH: Final = (
    r"没有|(?<![沉埋淹吞出隐])没(?![收落药])"
    r"|(?<!而)(?<!是(?=不是))(?<!能(?=不能))(?<!会(?=不会))(?<!要(?=不要))(?<!可(?=不可))"
    r"不(?!错(?!误)|断|同(?!意)|仅|但|论|管|足|久|锈|等|良|动产|间断|得不|到\s*[\d零一二两三四五六七八九十百千万]"
    r"|少(?![于见])|幸(?!免)|料|禁|妨|惜|已|时|由得|过(?!\d)|一(?=[，。；致]|$))"
    r"(?!(?<=\s不)过)(?!(?<=^不)过)"
    r"|(?<!从)未(?!来|必|知数|满)|无(?!论|线|人机|锡|穷|数|疑|花果|障碍|机|名氏)|勿|从未|并非|绝非"
    r"|(?<![除而是])非(?!常|洲|正式|凡|遗|得|要|金属|典)"
    r"|禁止|严禁|禁(?=[用入烟行停飞食酒渔放带])|忌(?=[用食口])|免(?=收|除)|(?<![约斯])莫(?=[要再把被让将去用])"
    r"|(?<![分区特级个性差识辨鉴告国派职类道离另])别(?![的人名处墅致称家])(?=[动碰用在把让再去选买吃喝放加忘说看做打开拿给超施浇等急怕]|\w{1,2}[肥水药料车电门机饭])"
)
_NOT: Final = re.compile(f"{_NOT_EN}|{_NOT_ZH}", re.IGNORECASE)
# These deny by themselves, though another word than a negation may say so.
_REFUSES: Final = re.compile(
    r"\b(?:fail(?:s|ed)? to|exclud\w+|reject\w*|refus\w+|declin\w+|den(?:y|ie[sd])|ban(?:s|ned)?"
    r"|lacks?)\b|除外|例外|拒绝|(?<=[被遭])拒|拒(?=[收付载签])|否决|否认|驳回|排除",
    re.IGNORECASE,
)
# These deny in other words: they answer a negation but do not make one.
_DENIES: Final = re.compile(
    r"\b(?:except|unless|exclud\w+|lack\w*|refus\w+|ban|banned|declin\w+|den(?:y|ie[sd])|free|regardless"
    r"|instead|rather|avoid\w*|prevent\w*|withdrawn|reject\w*|abolish\w+|scrap\w+|longer|independent\w*"
    r"|exempt\w*|dis\w{4,}|un\w{4,}(?!\s+[a-z]{4,})|in(?:visible|valid)|hid\w*|conceal\w*|wait\w*|im(?:possible|mune)"
    r"|\w+less|alone|closed?|shut|expir\w+|laps\w+|fail\w*|lost|los[et]s?|stop\w*|extinct|survive\w*"
    r"|(?:turn|vote)(?:ed|d|s)? down|sealed|silen\w+|off|out of|away from|omit\w*|skip\w*"
    r"|le(?:ft|aves?|aving) (?:\w+ ){0,2}out"
    r"|(?:keep|kept|keeps|keeping|protect\w*|save[sd]?) (?:\w+ ){1,4}from)\b"
    r"|拒绝|除外|例外|除了?|以外|之外|缺|失|停|避免|防止|免(?!费)|闭|(?<![是能可与])否|反对|废|以免|过期|逾期"
    r"|取消|辞去|辞职|卸任|离任|放弃|忽略|跳过|作罢|落空|避开|躲过|逃过|幸存|正常|照常|照旧|如常|完好|无恙|拒|禁|即使|哪怕|就算|何时都|在线",
    re.IGNORECASE,
)
# What goes on is not stopped, but it is not "no longer" so.
_GOES_ON: Final = re.compile(r"\b(?:carr(?:y|ies|ied|ying) on|continu\w+)\b", re.IGNORECASE)
_NO_LONGER: Final = re.compile(r"\b(?:no longer|any ?more)\b", re.IGNORECASE)
# "Only here" denies what is elsewhere, and of that alone.
_ONLY: Final = re.compile(r"\bonly\b|只[能可有需在要限准会]|仅|才", re.IGNORECASE)
_ELSE: Final = re.compile(
    r"\b(?:(?:but|and) (?:no|not|none|never)|others?|otherwise|elsewhere|else|except|unless"
    r"|outside|without|until|before|any)\b|其他|别的|除|外|若|如果|前",
    re.IGNORECASE,
)
_LIMITS: Final = re.compile(
    r"\b(?:end(?:s|ed)?|until|stop(?:s|ped)?|final|withdrawn|retired|late|instead|limit\w*|up to"
    r"|at (?:most|least)|maximum|minimum|less|fewer|under|below|within)\b"
    r"|停止|终止|取消|限|以内|之内|至多|最多|至少|不足|低于|少于|小于|免费|无偿",
    re.IGNORECASE,
)
# "Must not exceed 8" is another way to say "at most 8".
_COMPARES: Final = re.compile(
    r"\W*(?:\w+\s+){0,2}?(?:exceed\w*|(?:larger|longer|more|higher|greater|later|earlier|less|fewer"
    r"|lower|shorter|smaller|bigger|older|younger) than)\b"
    r"|[得能可会应]?以?(?:超过|超出|高于|多于|大于|早于|晚于|低于|少于|小于|不足)"
    r"(?=[^，。；]{0,8}[\d一二两三四五六七八九十百千万半])",
    re.IGNORECASE,
)
# What follows if something is not done may be said of its not being done.
_CONDITION: Final = re.compile(
    r"\b(?:if|when|unless|without|until|in case|otherwise|or else|lest)\b", re.IGNORECASE
)
_ELSE_THEN: Final = re.compile(
    r"\b(?:otherwise|or else|lest|unless|so that|in order (?:not )?to)\b"
    r"|,\s*or (?:it|they|he|she|we|you|the)\b",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(r"\b(?:until|till|unless)\b", re.IGNORECASE)
_EVEN: Final = re.compile(
    r"\beven (?:when|after|if|though|once|where|while|with|without)\b", re.IGNORECASE
)
# What is forbidden may stand in front: "Smoking is prohibited".
_PASSIVE: Final = re.compile(r"forb|prohib|禁|严禁", re.IGNORECASE)
# What follows is denied of what comes before.
CONTRAST: Final = re.compile(r"\b(?:rather than|instead of)\b|而非|而不是", re.IGNORECASE)
_CLAUSE: Final = re.compile(
    r"[.,:;!?](?!\d)|[。，；：！？\n|]|(?<=了)(?=也[不没别要必])|\b(?:but|and(?! (?:a (?:half|quarter)|[\d€$£]))|because|since|though|although|while|whereas|so)\b"  # noqa: E501
)
_ASIDE: Final = re.compile(
    r",\s*(?:an?|the|his|her|its|their) [^\d,.;:|]{2,40},(?! (?:and|or)\b)"
    r"|,\s*(?:including|such as|for example|not even|like|e\.g\.)[^,.;]*(?:,|(?=[.;]))",
    re.IGNORECASE,
)


@lru_cache(maxsize=2048)
def clauses(text: str) -> tuple[str, ...]:
    """Return the clauses of a text; cells of a table's row are clauses too."""
    # NFKC makes "," of "，", which then would stand inside a number.
    parted = re.sub("([，：；。！？])", r"\1 ", text)
    whole = _ASIDE.sub(" ", unicodedata.normalize("NFKC", parted))
    return tuple(part for part in _CLAUSE.split(whole) if part.strip())


@lru_cache(maxsize=2048)
def denials(clause: str) -> tuple[tuple[int, int], ...]:
    """Return where a clause denies, but for what only bounds a number ("not more than 8")."""
    found = {
        match.span()
        for pattern in (_NOT, _REFUSES)
        for match in pattern.finditer(clause)
        if not _COMPARES.match(clause, match.end())
    }
    return tuple(sorted(found))


@lru_cache(maxsize=2048)
def heads(clause: str) -> frozenset[str]:
    """Return what a clause denies: what follows each negation next."""
    cut, named = words(clause), ideas_at(clause)
    found: set[str] = set()
    for start, end in denials(clause):
        if _PASSIVE.match(clause, start):
            return ideas(clause)
        behind = [at for at, word in enumerate(cut) if word.start >= end]
        telling = [at for at in behind if named[at] or cut[at].is_han]
        for at in telling[:2] if telling and cut[telling[0]].is_han else telling[:1]:
            found |= named[at]
        found |= {
            a.form + b.form
            for a, b in pairwise(cut[at] for at in telling[:4])
            if a.is_han and b.is_han
        }
    return frozenset(found)


def says_otherwise(other: str, denying: str) -> bool:
    """Say whether a text without a negation denies by a word that the denying one lacks."""
    if _ONLY.search(other) and not _ONLY.search(denying) and _ELSE.search(denying):
        return True
    if _GOES_ON.search(other) and not _NO_LONGER.search(denying):
        return True
    there = ideas(denying)
    held = {match[0].lower() for match in _DENIES.finditer(denying)}
    return any(
        match[0].lower() not in held and not _names(other, match.start()) & there
        for match in _DENIES.finditer(unicodedata.normalize("NFKC", other))
    )


def waives_a_condition(claim: str, source: str) -> bool:
    """Say whether a claim holds "even when" what its source says it ends with: "until" or "unless"."""  # noqa: E501
    return (
        _EVEN.search(claim) is not None
        and _UNTIL.search(source) is not None
        and _UNTIL.search(claim) is None
        and _EVEN.search(source) is None
    )


def turns_a_condition(clause: str, claim: str, source: str) -> bool:
    """Say whether a condition may be turned round: "or it fails" for "fails if it is not done"."""
    return (
        _CONDITION.search(clause) is not None
        and _ELSE_THEN.search(f"{source}\n{claim}") is not None
    )


def _names(text: str, at: int) -> frozenset[str]:
    """Return what the word at a place of a text speaks of."""
    cut, named = words(text), ideas_at(text)
    return next(
        (named[n] for n, word in enumerate(cut) if word.start <= at < word.end), frozenset()
    )


def denies_out_of_nothing(claim: str, source: str) -> bool:
    """Say whether a claim denies where the source has nothing of the kind, in any word."""
    folded = unicodedata.normalize("NFKC", source)
    if _denies(folded) or _LIMITS.search(folded) or CONTRAST.search(folded):
        return False
    return any(denials(clause) for clause in clauses(claim))


def bounds(clause: str) -> bool:
    """Say whether a clause denies only that a number is exceeded."""
    return any(_COMPARES.match(clause, match.end()) for match in _NOT.finditer(clause))


def is_denied(clause: str) -> bool:
    """Say whether a clause denies, bounds of numbers included."""
    return len(_NOT.findall(clause)) % 2 == 1


def _denies(clause: str) -> bool:
    return any(pattern.search(clause) for pattern in (_NOT, _DENIES, _ONLY))


@lru_cache(maxsize=2048)
def ideas(text: str) -> frozenset[str]:
    """Return the words of a text, its pairs of Han characters and their groups, by name."""
    cut = words(text)
    pairs = {a.form + b.form for a, b in pairwise(cut) if a.is_han and b.is_han}
    return frozenset(pairs).union(*ideas_at(text))


@lru_cache(maxsize=2048)
def ideas_at(text: str) -> tuple[frozenset[str], ...]:
    """Return what each word of a text speaks of, by name."""
    cut = words(text)
    return tuple(
        frozenset(
            [f"#{group}" for group in groups if word.weight]
            + ([word.form] if word.weight and not word.is_han else [])
        )
        for word, groups in zip(cut, groups_at(text), strict=True)
    )

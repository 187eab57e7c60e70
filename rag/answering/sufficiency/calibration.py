"""Holds what labelled questions taught of an index, as `rag bench calibrate` writes it; asks none.

Log odds of one model, search or index are no measure for another's: a calibration says what it is
of, and is refused elsewhere.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from rag.errors import SettingsError

logger = logging.getLogger(__name__)

SKETCHED: Final = 256
"""Passages that stand for an index: those with the smallest hashes, which is a random sample."""

_SCHEMA: Final = 1
# Of a changed index, the share of passages that stayed: below the first the odds may have moved,
# below the second it is another index.
_MUCH_THE_SAME: Final = 0.9
_ANOTHER: Final = 0.5
_AGAIN: Final = "run the spec and `rag bench calibrate` again, or unset answer.calibration"


@dataclass(frozen=True, slots=True)
class Basis:
    """What log odds are of.

    Attributes:
        signs: How they are reached.
        search: How the passages are found.
        model: Digest of the embedding model's fingerprint, "" where words alone are compared.
        model_name: The same, readable.
        passages: Hashes of some passages, ascending; see `SKETCHED`.
    """

    signs: str
    search: str
    model: str
    model_name: str
    passages: tuple[str, ...]

    def same_passages(self, other: "Basis") -> float:
        """Return the share of all passages of two indexes that both hold, estimated.

        Of the smallest hashes in either, those in both (Broder, "On the resemblance and
        containment of documents", 1997).
        """
        smallest = sorted({*self.passages, *other.passages})[:SKETCHED]
        both = {*self.passages} & {*other.passages}
        return sum(one in both for one in smallest) / len(smallest) if smallest else 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log odds of labelled questions, ascending, and what they are of."""

    basis: Basis
    unanswerable: tuple[float, ...]
    answerable: tuple[float, ...]

    def require(self, found: Basis) -> None:
        """Refuse another model, search or index; a changed one is logged.

        Raises:
            SettingsError: Names both sides and what to do.
        """
        made = self.basis
        if made.model != found.model:
            raise _refused(made.model_name or "words alone", found.model_name or "words alone")
        if made.search != found.search:
            raise _refused(made.search, found.search)
        if made.signs != found.signs:
            raise _refused("another version of this program", "this one")
        self._require_passages(self.basis.same_passages(found))

    def _require_passages(self, same: float) -> None:
        if same < _ANOTHER:
            raise SettingsError(
                f"answer.calibration was made on another index: about {same:.0%} of the passages "
                f"of both are the same; {_AGAIN}"
            )
        if same < _MUCH_THE_SAME:
            logger.warning(
                "answer.calibration was made before the index changed: about %.0f %% of the "
                "passages are the same; %s",
                100 * same,
                _AGAIN,
            )

    def to_json(self) -> str:
        """Return it as JSON; the same, the same bytes."""
        fields = {**asdict(self.basis), **{name: getattr(self, name) for name in _ODDS}}
        return json.dumps({"schema": _SCHEMA, **fields}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Return what `to_json` wrote.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: It is something else.
        """
        fields = json.loads(text)
        if fields.pop("schema") != _SCHEMA:
            raise ValueError("another schema")
        odds = {name: tuple(sorted(map(float, fields.pop(name)))) for name in _ODDS}
        passages = tuple(map(str, fields.pop("passages")))
        return cls(Basis(**fields, passages=passages), **odds)


_ODDS: Final = ("unanswerable", "answerable")


def _refused(made: str, found: str) -> SettingsError:
    return SettingsError(f"answer.calibration was made with {made}, found {found}; {_AGAIN}")


def read_calibration(file: Path) -> Calibration:
    """Return the calibration in a file.

    Raises:
        SettingsError: It cannot be read or holds none.
    """
    try:
        return Calibration.of_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"answer.calibration: {file} cannot be read: {error.strerror}; {_AGAIN}"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SettingsError(
            f"answer.calibration: wanted what `rag bench calibrate` writes in {file}, found "
            f"something else; {_AGAIN}"
        ) from error


def sketch(text_keys: Sequence[bytes]) -> tuple[str, ...]:
    """Return the smallest hashes of passages as they are kept."""
    return tuple(sorted(key.hex()[:16] for key in text_keys)[:SKETCHED])

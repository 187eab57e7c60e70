"""What every group of settings is: frozen, strict, and unset by one word; knows no setting."""

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, model_validator

# The word that unsets a setting: neither TOML nor the environment has a null.
UNSET = "none"


class Group(BaseModel):
    """A frozen group of settings that refuses unknown keys.

    The word "none" unsets a setting that may be unset.
    """

    # Inputs are hidden because one of them is a key.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _read_none(cls, values: Any) -> Any:  # noqa: ANN401 - pydantic hands over raw input
        if not isinstance(values, dict):
            return values
        return {key: None if cls._unsets(key, value) else value for key, value in values.items()}

    @classmethod
    def _unsets(cls, key: str, value: object) -> bool:
        field = cls.model_fields.get(key)
        optional = field is not None and type(None) in get_args(field.annotation)
        return optional and isinstance(value, str) and value.lower() == UNSET

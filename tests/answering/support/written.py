"""Writes numbers as people write them: in digits and in words, English and Chinese."""

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
DIGITS = "零一二三四五六七八九"


def english(value: int) -> str:
    """Spell a number below a million."""
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (f"-{ONES[value % 10]}" if value % 10 else "")
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if value >= size:
            rest = value % size
            between = " and " if size == 100 or rest < 100 else " "
            return f"{english(value // size)} {name}" + (between + english(rest) if rest else "")
    raise AssertionError(value)


def chinese(value: int) -> str:
    """Spell a number below a hundred million in Chinese numerals."""
    if value >= 10_000:
        rest = value % 10_000
        zero = "零" if 0 < rest < 1000 else ""
        return f"{chinese(value // 10_000)}万" + (zero + chinese(rest) if rest else "")
    text, skipped = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            text += ("零" if skipped and text else "") + DIGITS[digit] + name
        skipped = digit == 0
    return text.removeprefix("一") if text.startswith("一十") else text or "零"


def english_forms(value: int) -> list[str]:
    """Return the ways to write a number in English."""
    forms = [str(value), f"{value:,}", english(value)]
    if value % 12 == 0 and 0 < value <= 48:
        forms.append("a dozen" if value == 12 else f"{english(value // 12)} dozen")
    return forms


def chinese_forms(value: int) -> list[str]:
    """Return the ways to write a number in Chinese."""
    forms = [str(value), f"{value:,}", chinese(value)]
    if value == 2:
        forms.append("两")
    if value % 1000 == 0 and value >= 10_000:
        forms.append(f"{value / 10_000:g} 万")
    return forms


def percent_forms_en(tenths: int) -> list[str]:
    """Return the ways to write so many tenths of a whole in English."""
    forms = [f"{10 * tenths}%", f"{10 * tenths} percent", f"{english(10 * tenths)} per cent"]
    return forms + {5: ["half"], 1: ["a tenth"]}.get(tenths, [f"{english(tenths)} tenths"])


def percent_forms_zh(tenths: int) -> list[str]:
    """Return the ways to write so many tenths of a whole in Chinese."""
    forms = [
        f"{10 * tenths}%", f"百分之{chinese(10 * tenths)}", f"{chinese(tenths)}成",
        f"十分之{chinese(tenths)}",
    ]  # fmt: skip
    return [*forms, "一半"] if tenths == 5 else forms

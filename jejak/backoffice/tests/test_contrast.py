"""The colours of tokens.css against each other, as WCAG 2.2 counts contrast, by day and by night."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parent.parent / "static" / "backoffice" / "css" / "tokens.css"

SURFACES = ["paper", "card", "raised", "sunken", "hover"]
WORDS = (
    [(word, surface) for word in ("ink", "soft", "link") for surface in SURFACES]
    + [(state, f"{state}-wash") for state in ("good", "warn", "bad", "info")]
    + [(state, "card") for state in ("good", "warn", "bad", "info")]
    + [(word, side) for word in ("side-ink", "side-soft") for side in ("side", "side-raised")]
    + [
        ("on-brand", "brand"),
        ("on-brand", "brand-hover"),
        ("accent-ink", "accent-wash"),
        ("brand", "brand-wash"),
    ]
)
SHAPES = (
    [(f"series-{number}", "card") for number in range(1, 7)]
    + [("comparison", "card"), ("line-strong", "card"), ("line-strong", "paper"), ("heat-most", "card")]
    + [("focus", surface) for surface in SURFACES]
    + [("accent", "side"), ("accent", "side-raised"), ("brand", "card"), ("brand", "paper")]
)


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour by day and by night."""
    found = re.findall(r"--jk-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS.read_text())
    return {name: (day, night) for name, day, night in found}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_counted_as_the_standard_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("word", "surface"), WORDS)
def test_words_can_be_read(word, surface):
    colours = tokens()
    ratios = [contrast(*pair) for pair in zip(colours[word], colours[surface], strict=True)]
    assert min(ratios) >= 4.5, ratios


@pytest.mark.parametrize(("shape", "surface"), SHAPES)
def test_shapes_can_be_told_from_what_they_lie_on(shape, surface):
    colours = tokens()
    ratios = [contrast(*pair) for pair in zip(colours[shape], colours[surface], strict=True)]
    assert min(ratios) >= 3, ratios

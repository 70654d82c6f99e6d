"""The language of a text."""

from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_SAMPLE = 500
"""So many characters are looked at."""
_SHORT, _SURE = 200, 0.8
"""A shorter text must be recognised with this probability at least."""


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, `und` where the text is too short to tell."""
    sample = text[:_SAMPLE]
    if not any(map(str.isalpha, sample)):
        return "und"
    language, probability = _identifier().classify(sample)
    return "und" if len(sample) < _SHORT and probability < _SURE else str(language)


@cache
def _identifier() -> Any:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # type: ignore[no-untyped-call]

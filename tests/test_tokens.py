"""Tokens: the short way for plain texts reads what the long way reads."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.tokens import token_spans, tokens


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_texts_have_the_tokens_of_the_spans(text: str) -> None:
    assert tokens(text) == [token for token, _ in token_spans(text)]


def test_letters_with_accents_and_characters_of_chinese_are_read_too() -> None:
    assert tokens("Zoë's e-mail 東京 №1") == ["zoe", "s", "e", "mail", "東", "京", "1"]

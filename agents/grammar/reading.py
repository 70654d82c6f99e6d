"""An article read once: its parts, mentions, triggers, cues and words, looked up by sentence."""

import bisect
import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from agents.grammar.cues import Cue, find_cues
from agents.grammar.document import Document, Sentence, read_document
from agents.grammar.mention import Mention
from agents.grammar.triggers import Trigger, find_triggers
from agents.grammar.words import Word, words

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Reading:
    """What is known of an article before anything is decided. Parts are found when first asked for."""

    def __init__(self, text: str, *, title: str, published: dt.date | None, mentions: Sequence[Mention]) -> None:
        self.document: Document = read_document(text, title)
        self.text = text
        self.published = published
        self.mentions = mentions
        self.triggers: dict[int, list[Trigger]] = find_triggers(self.document)
        self._known: dict[tuple[Callable[..., Any], Hashable], Any] = {}

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.document.sentences]

    def sentence_at(self, position: int) -> int:
        """Return the index of the sentence that holds a position of the text."""
        return max(0, bisect.bisect_right(self._starts, position) - 1)

    @functools.cached_property
    def mentions_in(self) -> dict[int, list[Mention]]:
        """Mentions by the index of their sentence."""
        found: dict[int, list[Mention]] = defaultdict(list)
        for mention in self.mentions:
            found[self.sentence_at(mention.start)].append(mention)
        return found

    @functools.cached_property
    def strong_sentences(self) -> dict[str, list[int]]:
        """By event type, the sentences with a strong trigger, in order."""
        found: dict[str, list[int]] = defaultdict(list)
        for index in sorted(self.triggers):
            for kind in self.types_in([index]):
                found[kind].append(index)
        return found

    @functools.cached_property
    def title_stems(self) -> frozenset[str]:
        """Stems of the headline's longer words."""
        return frozenset(
            word.stem for word in words(self.document.title, 0, len(self.document.title)) if len(word.stem) > 3
        )

    @functools.cached_property
    def heading_of(self) -> dict[int, Sentence]:
        """By section number, its first heading sentence."""
        found: dict[int, Sentence] = {}
        for sentence in self.document.sentences:
            if sentence.kind == "heading":
                found.setdefault(sentence.section, sentence)
        return found

    def sentence(self, index: int) -> Sentence:
        return self.document.sentences[index]

    def once(self, work: Callable[["Reading", K], V], key: K) -> V:
        """Return `work(self, key)`, which is done once for each key, such as the index of a sentence."""
        known = self._known
        if (work, key) not in known:
            known[work, key] = work(self, key)
        found: V = known[work, key]
        return found

    def words_in(self, index: int) -> list[Word]:
        return self.once(_words_in, index)

    def starts_in(self, index: int) -> list[int]:
        """Return where each word of a sentence begins."""
        return self.once(_starts_in, index)

    def masked_in(self, index: int) -> list[tuple[int, str]]:
        """Return where each word of a sentence begins, and its stem; a name or value is one word, `<@kind>`."""
        return self.once(_masked_in, index)

    def cues_in(self, index: int) -> list[Cue]:
        return self.once(_cues_in, index)

    def types_in(self, indices: Iterable[int]) -> set[str]:
        """The event types with a strong trigger in these sentences."""
        return {t.type for index in indices for t in self.triggers.get(index, ()) if t.strong}


def _words_in(reading: Reading, index: int) -> list[Word]:
    sentence = reading.sentence(index)
    return words(reading.text, sentence.start, sentence.end)


def _starts_in(reading: Reading, index: int) -> list[int]:
    return [word.start for word in reading.words_in(index)]


def _cues_in(reading: Reading, index: int) -> list[Cue]:
    sentence = reading.sentence(index)
    return find_cues(reading.text, sentence.start, sentence.end)


def _masked_in(reading: Reading, index: int) -> list[tuple[int, str]]:
    return list(_masked(reading.words_in(index), reading.mentions_in.get(index, [])))


def _masked(found: Iterable[Word], mentions: Iterable[Mention]) -> Iterator[tuple[int, str]]:
    spans = sorted((m.start, -m.end, m.kind) for m in mentions if m.kind != "place")
    end, place = -1, 0
    for word in found:
        while place < len(spans) and -spans[place][1] <= word.start:
            place += 1
        inside = place < len(spans) and spans[place][0] <= word.start
        if not inside:
            yield word.start, word.stem
        elif word.start >= end:
            end = -spans[place][1]
            yield word.start, f"<@{spans[place][2]}>"

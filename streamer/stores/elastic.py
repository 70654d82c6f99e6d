"""The store of the cluster mode: everything in Elasticsearch, where Kibana sees it too."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from elasticsearch import Elasticsearch

from streamer.contracts import FeedState
from streamer.stores.elastic_articles import Articles
from streamer.stores.elastic_cases import Cases
from streamer.stores.elastic_client import Elastic, Source, telling_errors
from streamer.stores.elastic_ledger import Ledger
from streamer.stores.elastic_letters import DeadLetters
from streamer.stores.elastic_outbox import Outbox
from streamer.stores.elastic_record import pack, stamp, unpack
from streamer.stores.elastic_search import Search

REQUEST_SECONDS = 30
_COUNTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("articles", "articles", {"match_all": {}}),
    ("timeline", "events", {"exists": {"field": "event_id"}}),
    ("cases", "cases", {"bool": {"must_not": {"exists": {"field": "merged_into"}}}}),
    ("state", "subscriptions", {"term": {"kind": "subscription"}}),
)
"""Index, name of the count, what is counted."""


def connect(urls: Sequence[str], *, user: str = "", password: str = "", ca_certs: str = "") -> Elasticsearch:
    """Return a client. Nothing is sent yet; the store's own waiting takes the place of the client's retries."""
    options: dict[str, Any] = {"ca_certs": ca_certs} if ca_certs else {}
    if user:
        options["basic_auth"] = (user, password)
    return Elasticsearch(list(urls), request_timeout=REQUEST_SECONDS, max_retries=0, **options)


def utc_now() -> datetime:
    return datetime.now(UTC)


class ElasticStore(Articles, Ledger, Cases, Outbox, DeadLetters, Search):
    """A store in the indices of one prefix, made by `elastic_setup.set_up`. Several threads and processes may use it.

    Reads by id see the last write of anybody at once. Lists are brought up to date before they are read. Searches see
    the writes of this process at once, those of others within a second; the first one sees all that was written before.
    """

    def __init__(self, client: Elasticsearch, prefix: str, *, now: Callable[[], datetime] = utc_now) -> None:
        self._elastic = Elastic(client, prefix)
        self._now = now
        self._writing = Lock()

    def feed_states(self) -> dict[str, FeedState]:
        found = self._elastic.all("state", "name", query={"term": {"kind": "feed"}})
        return {state.url: state for state in (unpack(one, FeedState) for one in found)}

    def save_feed_state(self, state: FeedState) -> None:
        document = {"kind": "feed", "name": state.url, "record": pack(state)}
        self._elastic.change("state", f"feed:{state.url}", lambda _old: document)

    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:

        def taken(old: Source | None) -> Source | None:
            if old and old["owner"] != owner and datetime.fromisoformat(old["until"]) > now:
                return None
            until = now + timedelta(seconds=seconds)
            return {"kind": "lease", "name": name, "owner": owner, "until": stamp(until)}

        return self._elastic.change("state", f"lease:{name}", taken)

    def note_lag(self, lag: Mapping[str, int], at: datetime) -> None:
        """Keep how many messages wait before each stage, one record per stage and minute, for the health dashboard."""
        minute = at.replace(second=0, microsecond=0)
        for stage, waiting in lag.items():
            document = {"@timestamp": stamp(minute), "stage": stage, "lag": waiting}
            self._elastic.change("lag", f"{stage}:{stamp(minute)}", partial(_always, document))

    def statistics(self) -> Mapping[str, Any]:
        counts = {shown: self._count(index, query) for index, shown, query in _COUNTS}
        with telling_errors():
            sizes = self._elastic.client.indices.stats(index=f"{self._elastic.prefix}-*", metric="store")
        return counts | {"bytes": int(sizes["_all"]["total"]["store"]["size_in_bytes"])}

    def _count(self, index: str, query: dict[str, Any]) -> int:
        answer = self._elastic.search(index, query=query, size=0, track_total_hits=True)
        return int(answer["hits"]["total"]["value"])

    def close(self) -> None:
        self._elastic.client.close()


def _always(document: Source, _old: Source | None) -> Source:
    return document

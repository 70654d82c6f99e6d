"""`crackdown subscribe`: who wants to be told of what."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from msgspec.structs import replace
from rich.text import Text

from schemas.events import Case, Subscription
from streamer.back_test import LOUD, BackTest, back_test
from streamer.commands.state import JsonFlag, UserError, home, opened_store, out, print_json
from streamer.commands.subscription_form import changed, make_subscription, scoped
from streamer.contracts import Store
from streamer.show import plural


def subscribe(
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="What to be told of, in the query language of `search`.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="stdout, feed, an e-mail address, or the https address of a webhook.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Shown in every notice; default: what is followed.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Yes, tell me everything.")] = False,
    case: Annotated[list[str] | None, typer.Option(metavar="ID", help="Follow this case, wherever it goes.")] = None,
    party: Annotated[list[str] | None, typer.Option(help="Follow this person, company or authority.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="Follow this site or service.")] = None,
    change: Annotated[list[str] | None, typer.Option(help="opened, updated or corrected; default: all three.")] = None,
    event_type: Annotated[list[str] | None, typer.Option("--type", help="Only these event types.")] = None,
    min_confidence: Annotated[
        float | None, typer.Option(min=0, max=1, help="Only events at least this sure; default: 0.6.")
    ] = None,
    rate: Annotated[str | None, typer.Option(help="instant, daily or weekly; default: instant.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="For rates, quiet hours and mutes: Europe/Paris.")] = None,
    quiet: Annotated[str | None, typer.Option(help="Send nothing in these hours: 22:00-07:00.")] = None,
    mute_until: Annotated[str | None, typer.Option(help="Tell nothing before this day or time: 2026-08-17.")] = None,
    edit: Annotated[str | None, typer.Option(metavar="ID", help="Change this subscription instead.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would have sent.")] = False,
    remove: Annotated[str | None, typer.Option(metavar="ID", help="End this subscription instead.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List subscriptions instead.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Subscribe to new and moving cases. Shows what it would have sent in the last 30 and 365 days.

    Examples:\n
      crackdown subscribe --all --dry-run\n
      crackdown subscribe 'type:(arrest OR raid) country:ES' --to desk@example.org --rate daily\n
      crackdown subscribe --case case-abc --to https://example.org/hook --quiet 22:00-07:00\n
      crackdown subscribe --edit subscription-abc --mute-until 2026-08-17
    """
    if show or remove:
        _end(remove) if remove else _list(as_json=as_json)
        return
    given = {
        "to": to,
        "name": name,
        "changes": change,
        "types": event_type,
        "min_confidence": min_confidence,
        "rate": rate,
        "time_zone": time_zone,
        "quiet": quiet,
        "mute_until": mute_until,
    }
    wish = {key: value for key, value in given.items() if value is not None}
    with opened_store() as store:
        if query is not None or case or party or service:
            cases = [_case(store, each) for each in case or ()]
            ids = [each.id for each in cases]
            wish["query"] = scoped(query or "", cases=ids, parties=party or (), services=service or ())
            followed = [*(each.title for each in cases), *(party or ()), *(service or ())]
            if followed and not edit:
                wish.setdefault("name", " or ".join(followed) + (f": {query}" if query else ""))
        subscription = _wanted(store, edit, wish | {"everything": everything})
        past = back_test(subscription, store=store, now=datetime.now(UTC))
        if not dry_run:
            store.save_subscription(subscription)
    _show(subscription, past, is_new=not (edit or dry_run), as_json=as_json)


def _wanted(store: Store, edit: str | None, wish: dict[str, Any]) -> Subscription:
    """Return the new subscription, or the one to be edited with the wish put in."""
    subscription = changed(_one(store, edit), **wish) if edit else make_subscription(now=datetime.now(UTC), **wish)
    if subscription.channel == "email" and not home().config.mail.host:
        raise UserError("no mail server is set up: add [mail] with host and sender to crackdown.toml")
    return subscription


def _case(store: Store, case_id: str) -> Case:
    """Return the case that is followed under an id: where a merged one leads."""
    case = store.case(case_id)
    while case and case.merged_into:
        case = store.case(case.merged_into)
    if case is None:
        raise UserError(f"no case {case_id}: `crackdown cases` lists them")
    return case


def _show(subscription: Subscription, past: BackTest, *, is_new: bool, as_json: bool) -> None:
    if as_json:
        print_json([subscription if is_new else _without_secret(subscription), {"would_have_sent": past}])
        return
    out.print(f"{subscription.id}: {subscription.name} → {subscription.channel} {subscription.address}", markup=False)
    for span in past.sent:
        least = "" if past.complete else "at least "
        out.print(
            f"last {span.days} days: {least}{plural(span.notices, 'notice')} of {plural(span.cases, 'case')}",
            markup=False,
        )
    out.print(f"about {past.per_day:.1f} a day", markup=False)
    for line in past.newest:
        out.print(f"  {line}", markup=False)
    if past.per_day > LOUD and subscription.rate == "instant":
        out.print(Text(f"more than {LOUD} a day: narrow the query, or choose --rate daily", "yellow"))
    if subscription.channel == "feed":
        out.print("its address: crackdown serve --list", markup=False)
    elif subscription.secret and is_new:
        out.print(f"secret, shown only now: {subscription.secret}", markup=False)


def _list(*, as_json: bool) -> None:
    with opened_store() as store:
        found = store.subscriptions()
    if as_json:
        print_json([_without_secret(each) for each in found])
        return
    for each in found:
        ended = "" if each.active else f"  ended {each.ended}".rstrip()
        line = f"{each.id}  {each.name}  → {each.channel} {each.address}  {each.rate}{ended}"
        out.print(Text(line, "" if each.active else "dim"))


def _end(subscription_id: str) -> None:
    with opened_store() as store:
        store.save_subscription(replace(_one(store, subscription_id), active=False))
    out.print(f"{subscription_id} ended")


def _one(store: Store, subscription_id: str) -> Subscription:
    found = {each.id: each for each in store.subscriptions()}
    if subscription_id not in found:
        raise UserError(f"no subscription {subscription_id}: `crackdown subscribe --list` lists them")
    return found[subscription_id]


def _without_secret(subscription: Subscription) -> Subscription:
    return replace(subscription, secret="")

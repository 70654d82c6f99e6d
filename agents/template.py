"""Templates that lie beside the stages. In those of pages every value from outside is escaped."""

from functools import cache
from importlib.resources import files

import jinja2


@cache
def template(name: str) -> jinja2.Template:
    """Return the template of a file in this package; one that ends in `.html.j2` escapes what it is given."""
    loader = jinja2.FunctionLoader(lambda wanted: files("agents").joinpath(wanted).read_text("utf-8"))
    environment = jinja2.Environment(
        loader=loader,
        autoescape=name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["web"] = web_address
    return environment.get_template(name)


def web_address(url: str | None) -> str:
    """Return an address if it may stand in a link, else nothing: a feed may hand us `javascript:`."""
    return url if url and url.lower().startswith(("https://", "http://")) else ""

"""Structured logs on standard error: warnings by default, every step with --verbose.

Tracebacks are plain: rich ones print the values of variables, which may be secrets or whole articles.
"""

import logging
import sys

import structlog


def set_up_logs(*, verbose: bool = False) -> None:
    """Log key=value lines, coloured only on a terminal; `verbose` shows information and debugging too."""
    colours = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in ("trafilatura", "htmldate", "courlan", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.CRITICAL)

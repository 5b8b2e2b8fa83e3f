"""Metrics in Prometheus' text format, read from the store, so that a restart resets nothing."""

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

from storage.store import Store


async def render_metrics(store: Store) -> bytes:
    """Give the page for ``/metrics``."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    rows = Gauge(
        "afterword_rows", "Rows in the store, by what they are", ["what"], registry=registry
    )
    for what, count in (await store.counts()).items():
        rows.labels(what).set(count)
    due = Gauge("afterword_due", "Due rows that wait, by channel", ["channel"], registry=registry)
    for channel, count in (await store.count_due()).items():
        due.labels(channel).set(count)
    refused = Gauge(
        "afterword_refused",
        "Messages of the last 90 days that were refused because of us, by channel",
        ["channel"],
        registry=registry,
    )
    for channel, count in (await store.count_refusals()).items():
        refused.labels(channel).set(count)
    if (left := store.room.left()) is not None:
        free = "Bytes free where the database file is"
        Gauge("afterword_disk_free_bytes", free, registry=registry).set(left)
    cases = Gauge("afterword_cases", "Cases, by state", ["state"], registry=registry)
    for state, count in (await store.count_cases()).items():
        cases.labels(state).set(count)
    lost = Gauge(
        "afterword_posts_lost",
        "Messages to colleagues and about cases that did not arrive, by channel",
        ["channel"],
        registry=registry,
    )
    for channel, count in (await store.count_lost_posts()).items():
        lost.labels(channel).set(count)
    return generate_latest(registry)

"""`/metrics`, `/startupz`, `/livez` and `/readyz`, and nothing else.

Started: shards have their profiles. Live: the loop answers and notes in flight move on. Ready: the topics are there and
the group has given us partitions, or has none left for us. The first two never ask the broker: one that is away must not
restart workers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

Check = Callable[[], str | None]
"""None where all is well, else what is not."""


@dataclass(slots=True)
class Health:
    """The HTTP server of a worker."""

    registry: CollectorRegistry
    started: Check
    live: Check
    ready: Check
    _runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises OSError where the address is taken."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/startupz", self._startupz)
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Close."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _startupz(self, _: web.Request) -> web.Response:
        return _answer(self.started())

    async def _livez(self, _: web.Request) -> web.Response:
        return _answer(self.live())

    async def _readyz(self, _: web.Request) -> web.Response:
        return _answer(self.ready())


def _answer(problem: str | None) -> web.Response:
    return web.Response(text=f"{problem or 'ok'}\n", status=200 if problem is None else 503)

"""What plugins serve on the public listener: their question read whole, their answer in our words where there is none.

It believes: a plugin's errors may quote what a stranger wrote. The log has their kind and place, the asker a sentence.
"""

import structlog
from aiohttp import web

from bridge.contracts.public_routes import PublicQuestion, PublicRoute
from bridge.engine.telling import told
from bridge.errors import BridgeError
from bridge.web.public import refusal
from bridge.web.questions import whole_body

log = structlog.get_logger()
ARRIVES_WITHIN_S = 15.0
TRY_AGAIN_S = 30


def served(route: PublicRoute) -> web.RouteDef:
    """The route as the listener takes it."""

    async def answer(request: web.Request) -> web.Response:
        body = await whole_body(request, most_bytes=route.most_bytes, within_s=ARRIVES_WITHIN_S)
        query = {name: request.query[name] for name in request.query}
        return await _answered(route, PublicQuestion(query, request.headers, body))

    return web.route(route.method, route.path, answer)


async def _answered(route: PublicRoute, question: PublicQuestion) -> web.Response:
    try:
        answer = await route.answer(question)
    except BridgeError as error:
        log.error("a delivery could not be taken", path=route.path, **told(error), next=error.hint)
        headers = {"Retry-After": str(TRY_AGAIN_S)}
        return refusal(503, "unavailable", "this can't be answered at the moment; try again later", headers=headers)
    except Exception as error:  # a plugin may raise anything; what it says may quote the question
        log.error("a delivery could not be taken", path=route.path, **told(error))
        return refusal(500, "failed", "this could not be answered; try again later")
    headers = {**answer.headers, "Content-Type": answer.content_type}
    return web.Response(status=answer.status, body=answer.body, headers=headers)

"""The viewer's server for tests of what is seen: its pages keep the application between them."""

from aiohttp import web

from webviewer.server import ViewerServer


class KeptServer(ViewerServer):
    """Lets the browser keep the application, which is the same in every test and takes longer to
    load than most tests do without it."""

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = await super()._answer(request)
        if answer.status == 200 and not request.path.startswith("/images/"):
            answer.headers["Cache-Control"] = "max-age=3600"
        return answer

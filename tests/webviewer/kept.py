"""The viewer's server for tests of what is seen: its pages keep the application between them."""

from aiohttp import web

from webviewer.addresses import APP
from webviewer.loopback import TYPES
from webviewer.server import ViewerServer

LOADER = "folders/loader.js"
DELAYS, SHORT_DELAYS = "delays = [500, 1500, 4000]", "delays = [50, 150, 400]"


class KeptServer(ViewerServer):
    """Lets the browser keep the application, which is the same in every test and takes longer to
    load than most tests do without it. What fails is tried again after a tenth of the time."""

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = await super()._answer(request)
        if answer.status == 200 and request.path == f"/{LOADER}":
            answer = impatient_loader()
        if answer.status == 200 and not request.path.startswith("/images/"):
            answer.headers["Cache-Control"] = "max-age=3600"
        return answer


def impatient_loader() -> web.Response:
    text = (APP / LOADER).read_text("utf-8")
    assert DELAYS in text
    headers = {"Content-Type": TYPES[".js"]}
    return web.Response(text=text.replace(DELAYS, SHORT_DELAYS), headers=headers)

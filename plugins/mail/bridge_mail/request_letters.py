"""Letters about requests: that there is an answer. Its words stay on the customer's page (rule D1)."""

from bridge.domain.events import Event, RequestAnswered
from bridge_mail.letter import Context, Letter, Writer, about_request, request_fact
from bridge_mail.words import say


def _answered(event: RequestAnswered, at: Context) -> Letter:
    lang = at.language
    line = say(lang, "You find the answer on your account page, and can write back there. It costs no coins.")
    return Letter(
        about_request(say(lang, "We have answered your request"), at),
        (line,),
        (request_fact(event.request_id, at),),
        link=say(lang, "Read the answer"),
    )


REQUEST_WRITERS: dict[type[Event], Writer] = {RequestAnswered: _answered}

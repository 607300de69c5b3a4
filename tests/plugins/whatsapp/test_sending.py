"""A message of ours goes out once: what the API says decides what follows, and what nobody knows is not tried again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from bridge.contracts.chats import OutgoingFile
from bridge.domain.chats import Address, SendState
from bridge.errors import DeliverLater, DeliveryFailed, DeliveryRefused
from tests.plugins.whatsapp.conftest import TEXT, WORDS, Line
from tests.support.whatsapp_deliveries import ANNA_PHONE, OFFICIAL, OUR_PHONE, PREMIUM, REZA, REZA_ID, change


async def test_a_message_goes_out_with_its_reference_and_is_sent(line: Line) -> None:
    await line.send(1)
    (sent,) = line.peer.sent
    assert (sent.to, sent.text, sent.document["biz_opaque_callback_data"]) == (f"+{REZA}", WORDS, "acme:1")
    assert (line.state(1), line.office.chats.sent_as[1]) == (SendState.SENT, sent.id)


async def test_D1_what_is_queued_has_neither_words_nor_address(line: Line) -> None:
    delivery = await line.ready(1)
    assert delivery.document == {"message_id": 1}
    assert delivery.receiver == "the contact of conversation 7"


async def test_an_event_that_comes_again_queues_nothing_more(line: Line) -> None:
    await line.send(1)
    await line.ready(1)
    assert len(line.office.queued) == 1


async def test_a_message_of_another_channel_is_left_alone(line: Line) -> None:
    event = replace(line.office.ready(1, TEXT), channel="pigeon")
    await line.plugin.bridge_chat_message_ready(event)
    assert line.office.queued == {}


async def test_a_contact_without_a_number_gets_it_by_his_id(line: Line) -> None:
    await line.send(1, replace(TEXT, receiver=Address("whatsapp", "", REZA_ID)))
    assert "to" not in line.peer.sent[0].document
    assert line.peer.sent[0].to == REZA_ID


async def test_a_button_is_sent_with_its_id(line: Line) -> None:
    await line.send(1, replace(TEXT, buttons={"agreement:7:v1:accept:ab": "می‌پذیرم", "no": "نه"}))
    assert line.peer.sent[0].buttons == {"agreement:7:v1:accept:ab": "می‌پذیرم", "no": "نه"}


# --- files ---

PDF = OutgoingFile("راهنما.pdf", "application/pdf", 5)


@pytest.mark.parametrize(
    ("file", "form"),
    [
        (PDF, "document"),
        (PDF._replace(mime_type="text/plain"), "document"),
        (PDF._replace(mime_type="image/png"), "image"),
    ],
)
async def test_a_file_is_given_to_the_api_and_sent_by_its_id(line: Line, file: OutgoingFile, form: str) -> None:
    line.office.chats.contents[1] = b"bytes"
    await line.send(1, replace(TEXT, text="", file=file))
    ((media, uploaded),) = line.peer.uploaded.items()
    assert uploaded == (OFFICIAL, file.mime_type, b"bytes")
    (sent,) = line.peer.sent
    named = {"filename": "راهنما.pdf"} if form == "document" else {}
    assert (sent.document["type"], sent.document[form]) == (form, {"id": media, **named})
    assert line.state(1) is SendState.SENT


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_a_file_that_the_api_could_not_be_given_is_tried_again(line: Line, status: int) -> None:
    """Nobody has it by that, whatever became of the question."""
    line.office.chats.contents[1] = b"bytes"
    line.peer.upload_answers = [web.Response(status=status)]
    with pytest.raises(DeliveryFailed):
        await line.send(1, replace(TEXT, text="", file=PDF))
    assert line.state(1) is SendState.QUEUED
    await line.plugin.bridge_deliver(line.office.queued["chat:1"])
    assert (line.state(1), len(line.peer.sent)) == (SendState.SENT, 1)


async def test_a_file_that_the_api_refuses_has_failed_with_a_reason(line: Line) -> None:
    line.office.chats.contents[1] = b"bytes"
    line.peer.codes = [131053]
    await line.send(1, replace(TEXT, text="", file=PDF))
    assert (line.state(1), line.office.chats.reasons[1]) == (SendState.FAILED, "the file can't be sent (code 131053)")


async def test_a_file_that_is_gone_or_of_another_type_has_failed_before_anything_is_asked(line: Line) -> None:
    await line.send(1, replace(TEXT, text="", file=PDF))
    line.office.chats.contents[2] = b"PK"
    await line.send(2, replace(TEXT, text="", file=PDF._replace(mime_type="application/zip")))
    assert line.office.chats.reasons == {
        1: "its file is not there any more",
        2: "files of type application/zip are not sent",
    }
    assert (line.peer.asked, line.peer.uploaded) == ([], {})


# --- W10 ---


async def test_W10_a_text_that_the_api_finds_too_late_waits_for_the_contact(line: Line) -> None:
    line.office.advance(timedelta(hours=25))
    await line.send(1)
    assert (line.state(1), line.office.chats.reasons[1]) == (
        SendState.WAITING,
        "the contact last wrote more than 24 hours ago (code 131047)",
    )


async def test_W10_a_template_goes_out_by_the_name_and_language_of_the_settings(line: Line) -> None:
    line.peer.templates["reopen_chat", "en_US"] = 1
    line.office.advance(timedelta(hours=25))
    await line.send(1, replace(TEXT, text="", template="reopen", language="en", parameters=("Acme",)))
    (sent,) = line.peer.sent
    assert sent.document["template"]["name"] == "reopen_chat"
    assert sent.document["template"]["language"] == {"code": "en_US"}


async def test_W10_a_template_that_is_not_approved_waits_and_staff_hear_of_it_once_it_goes_again(line: Line) -> None:
    message = replace(TEXT, text="", template="reopen", parameters=("Acme",))
    await line.send(1, message)
    assert line.state(1) is SendState.WAITING
    assert line.office.problems == {
        "template:reopen_chat": "WhatsApp: template reopen_chat (fa): there is no approved template of that name in "
        "that language (code 132001)"
    }
    line.peer.templates["reopen_chat", "fa"] = 1
    await line.send(2, message)
    assert (line.state(2), line.office.problems) == (SendState.SENT, {})


async def test_W10_a_template_with_other_parameters_waits(line: Line) -> None:
    line.peer.templates["reopen_chat", "fa"] = 2
    await line.send(1, replace(TEXT, text="", template="reopen", parameters=("Acme",)))
    assert line.state(1) is SendState.WAITING


async def test_W10_without_a_template_in_the_settings_nothing_is_asked(line: Line) -> None:
    await line.send(1, replace(TEXT, text="", template="another"))
    assert (line.state(1), line.peer.asked) == (SendState.WAITING, [])


# --- what goes wrong ---


async def test_a_trouble_that_the_api_tells_of_by_itself_is_over_with_the_next_message(line: Line) -> None:
    await line.send(1)
    for code, told in ((131031, "restricted or locked"), (131000, "trouble of its own")):
        await line.handle(change(errors=[{"code": code}]))
        assert told in line.office.problems["stuck:office"], "one problem, which says what was told last"
    assert len(line.office.problems) == 1
    await line.send(2)
    assert line.office.problems == {}


async def test_a_token_that_is_revoked_in_mid_flight_loses_nothing(line: Line) -> None:
    await line.send(1)
    line.peer.tokens = {"a new token"}
    for message_id in (2, 3):
        with pytest.raises(DeliveryFailed, match="renew it"):
            await line.send(message_id)
    assert line.office.problems == {
        "stuck:office": "WhatsApp number office: messages wait: the API does not take the access token any more: renew "
        "it (code 190)"
    }
    line.office.secrets["acme.token"] = "a new token"
    for message_id in (2, 3):
        await line.plugin.bridge_deliver(line.office.queued[f"chat:{message_id}"])
    assert len(line.peer.sent) == 3
    assert line.office.problems == {}


async def test_W2_each_number_that_is_stuck_is_a_problem_of_its_own_under_its_name(line: Line) -> None:
    expert = replace(TEXT, number=PREMIUM)
    line.peer.wrote[PREMIUM, REZA] = line.office.now()
    line.peer.codes = [133010, 133010]  # not registered
    for message_id, message in ((1, TEXT), (2, expert)):
        with pytest.raises(DeliveryFailed):
            await line.send(message_id, message)
    assert line.office.problems == {
        f"stuck:{name}": f"WhatsApp number {name}: messages wait: the number is not registered with the API any more "
        "(code 133010)"
        for name in ("office", "expert")
    }
    assert not any(phone in str(line.office.problems) for phone in OUR_PHONE.values())
    await line.plugin.bridge_deliver(line.office.queued["chat:2"])
    assert set(line.office.problems) == {"stuck:office"}, "what goes out over one number says nothing of another"
    await line.plugin.bridge_deliver(line.office.queued["chat:1"])
    assert line.office.problems == {}


async def test_a_number_that_is_in_no_settings_any_more_is_named_by_its_id(line: Line) -> None:
    line.office.chats.ours = []
    line.peer.codes = [133010]
    with pytest.raises(DeliveryFailed):
        await line.send(1)
    assert set(line.office.problems) == {f"stuck:{OFFICIAL}"}


async def test_a_wrong_app_secret_loses_no_message(line: Line) -> None:
    line.peer.app_secret = "that of another app"
    with pytest.raises(DeliveryFailed, match="app_secret"):
        await line.send(1)
    assert set(line.office.problems) == {"stuck:office"}
    line.office.secrets["app_secret"] = line.peer.app_secret
    await line.plugin.bridge_deliver(line.office.queued["chat:1"])
    assert (line.state(1), line.office.problems) == (SendState.SENT, {})


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 131042, 368, 33, 133010, 130429, 80007, 4, 131048])
async def test_what_passes_or_can_be_mended_is_tried_again(line: Line, code: int) -> None:
    line.peer.codes = [code]
    with pytest.raises(DeliveryFailed, match=rf"\(code {code}\)"):
        await line.send(1)
    assert line.state(1) is SendState.QUEUED
    await line.plugin.bridge_deliver(line.office.queued["chat:1"])
    assert line.state(1) is SendState.SENT


@pytest.mark.parametrize("code", [100, 131026, 131021, 131030, 131050, 131051, 130472, 130497, 424_242])
async def test_what_is_about_the_message_has_failed_with_a_reason(line: Line, code: int) -> None:
    line.peer.codes = [code]
    await line.send(1)
    assert line.state(1) is SendState.FAILED
    assert line.office.chats.reasons[1].endswith(f"(code {code})")


async def test_what_the_api_would_refuse_is_not_even_asked(line: Line) -> None:
    await line.send(1, replace(TEXT, text="x" * 1_025, buttons={"a": "Yes"}))
    assert (line.state(1), line.peer.asked) == (SendState.FAILED, [])


async def test_an_api_that_is_down_gets_it_later(line: Line) -> None:
    good = line.office.own
    line.office.own = good.model_copy(update={"api": "http://127.0.0.1:9/v25.0"})
    with pytest.raises(DeliveryFailed, match="can't be reached"):
        await line.send(1)
    line.office.own = good
    await line.plugin.bridge_deliver(line.office.queued["chat:1"])
    assert (line.state(1), len(line.peer.sent)) == (SendState.SENT, 1)


@pytest.mark.parametrize("how", ["loses_answers", "hangs"])
async def test_a_message_whose_answer_was_lost_is_unsure_and_is_not_sent_again(line: Line, how: str) -> None:
    setattr(line.peer, how, True)
    await line.send(1)
    assert line.state(1) is SendState.UNSURE
    setattr(line.peer, how, False)
    await line.plugin.bridge_deliver(line.office.queued["chat:1"])
    assert len(line.peer.sent) == 1


async def test_a_message_that_a_dying_daemon_was_sending_is_not_sent_again(line: Line) -> None:
    delivery = await line.ready(1)
    await line.office.chats.outgoing(1)  # and then the power went
    await line.plugin.bridge_deliver(delivery)
    assert (line.state(1), line.peer.asked) == (SendState.UNSURE, [])


# --- how often ---


async def test_a_contact_who_gets_too_many_waits_alone_and_longer_each_time(line: Line) -> None:
    line.peer.codes = [131056, 131056]
    pauses = []
    for _ in range(2):
        with pytest.raises(DeliverLater) as later:
            await line.send(1)
        pauses.append(later.value.until - line.office.now())
        with pytest.raises(DeliverLater):  # the next for him is not even asked, and keeps its place
            await line.send(2)
        line.office.at = later.value.until
    assert pauses == [timedelta(seconds=6), timedelta(seconds=12)]
    assert len(line.peer.asked) == 2
    await line.send(3, replace(TEXT, receiver=Address("whatsapp", f"+{ANNA_PHONE}")))
    await line.send(1)
    await line.send(2)
    assert [one.to for one in line.peer.sent] == [f"+{ANNA_PHONE}", f"+{REZA}", f"+{REZA}"]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("code", [190, 131056, 2])
async def test_what_was_held_up_goes_out_before_what_was_written_after_it(
    line: Line, code: int, *, restarted: bool
) -> None:
    """The second comes back first, because it was tried less often; also to a daemon that was not there before."""
    line.peer.codes = [code]
    for message_id, words in ((1, "first"), (2, "second")):
        delivery = await line.ready(message_id, replace(TEXT, text=words))
        if message_id == 1:
            with pytest.raises((DeliveryFailed, DeliverLater)):
                await line.plugin.bridge_deliver(delivery)
    line.office.advance(timedelta(minutes=1))
    if restarted:
        line.restart()
    for message_id in (2, 1):
        await line.plugin.bridge_deliver(line.office.queued[f"chat:{message_id}"])
    assert [one.text for one in line.peer.sent] == ["first", "second"]


async def test_what_was_given_up_does_not_go_out_before_what_was_written_after_it(line: Line) -> None:
    line.peer.codes = [2]
    with pytest.raises(DeliveryFailed):
        await line.send(1, replace(TEXT, text="given up"))
    line.office.given_up.add("chat:1")
    await line.send(2, replace(TEXT, text="later"))
    assert [one.text for one in line.peer.sent] == ["later"]


async def test_a_contact_who_is_held_up_holds_up_nobody_else(line: Line) -> None:
    line.peer.codes = [131056]
    with pytest.raises(DeliverLater):
        await line.send(1)
    await line.send(2, replace(TEXT, receiver=Address("whatsapp", f"+{ANNA_PHONE}")))
    assert [one.to for one in line.peer.sent] == [f"+{ANNA_PHONE}"]


async def test_a_store_without_an_account_sends_nothing(line: Line) -> None:
    delivery = await line.ready(1)
    line.office.stores["acme"] = replace(line.office.stores["acme"], settings=None)
    with pytest.raises(DeliveryRefused, match="no WhatsApp account"):
        await line.plugin.bridge_deliver(delivery)
    assert 1 not in line.office.chats.states


async def test_a_token_that_can_not_be_read_leaves_the_message_queued(line: Line) -> None:
    delivery = await line.ready(1)
    del line.office.secrets["acme.token"]
    with pytest.raises(KeyError):
        await line.plugin.bridge_deliver(delivery)
    assert 1 not in line.office.chats.states

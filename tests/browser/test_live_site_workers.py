"""Live writing on the real site with two worker processes: who is served by one sees who is served by the other; one of them may be killed."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.live import Writer
from tests.browser.live_site import LiveSite, ready, wait_for

SERVE = ("--workers", "2")
START_SECONDS = 5
SENTENCE = "Le préau ouvre à sept heures."


def on_two_workers(live: LiveSite, passage: str) -> tuple[Writer, Writer]:
    """Opens a passage as Hélène and as Karim, until each is served by a worker of their own."""
    helene, karim = live.open("helene", passage), live.open("karim", passage)
    for _ in range(40):
        wait_for(lambda: {"Helene", "Karim"} <= set().union(*live.people_by_worker().values()))
        if not any({"Helene", "Karim"} <= people for people in live.people_by_worker().values()):
            return helene, karim
        karim.page.reload()
        ready(karim)
    raise AssertionError("both are always served by the same worker")


def test_each_sees_the_other_through_another_worker(live: LiveSite):
    passage = live.passage(None, SENTENCE)
    helene, karim = on_two_workers(live, passage)
    helene.caret("préau", 5)
    karim.caret("heures", 6)
    for mine, theirs in zip(" neuf", " pile", strict=True):
        helene.type(mine)
        karim.type(theirs)
    assert live.agree(helene, karim) == "Le préau neuf ouvre à sept heures pile."
    for writer, name, key in ((helene, "Karim", "col"), (karim, "Helene", "elu")):
        expect(writer.page.locator("#texte .caret")).to_have_text(name)
        expect(writer.page.locator("#texte .caret")).to_have_class(re.compile(rf"\b{key}\b"))
        expect(writer.page.get_by_role("listitem").filter(has_text=f"{name}, dans ce passage")).to_have_count(1)
    karim.page.get_by_label("Votre commentaire").fill("Quel jour ?")
    karim.page.get_by_role("button", name="Commenter", exact=True).last.click()
    expect(helene.page.locator("[data-part=margin]")).to_contain_text("Quel jour ?")
    karim.page.close()
    expect(helene.page.locator("#texte .caret")).to_have_count(0)
    expect(helene.page.locator(".here li")).to_have_text(["Vous"])


def two_that_answer(live: LiveSite) -> list[int]:
    """Returns the workers, oldest first, once there are two and both have had the time to start."""
    workers = live.workers()
    ages = [time.time() - Path(f"/proc/{pid}").stat().st_ctime for pid in workers]
    return workers if len(workers) == 2 and min(ages) > START_SECONDS else []


def kill_one(live: LiveSite, kills: int) -> None:
    passage = live.passage(None, SENTENCE)
    helene, karim = on_two_workers(live, passage)
    for turn in range(kills):
        helene.caret("préau", 5)
        helene.type(f" h{turn}")
        karim.caret("heures", 6)
        karim.type(f" k{turn}")
        workers = wait_for(lambda: two_that_answer(live))
        os.kill(workers[turn % 2], signal.SIGKILL)
        began = time.monotonic()
        text = live.agree(helene, karim)
        seconds = time.monotonic() - began
        assert f" h{turn}" in text
        assert f" k{turn}" in text
        assert seconds <= 3, f"back after {seconds:.1f} s"
        for writer, name in ((helene, "Karim"), (karim, "Helene")):
            expect(writer.page.locator(".here li")).to_have_text([re.compile(f"Vous|{name}, dans ce passage")] * 2)


def test_a_worker_is_killed_while_both_type(live: LiveSite):
    kill_one(live, 1)


@pytest.mark.long
def test_workers_are_killed_ten_times_while_both_type(live: LiveSite):
    kill_one(live, 10)

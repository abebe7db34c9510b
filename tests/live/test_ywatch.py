"""What a browser says about voices: honest edits keep everybody's, forged ones are set right in the same breath, for everybody."""

import time
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import XmlElement, XmlText

from app.kernel.editor.nodes import EditorDocument, Marks, Words, element
from app.live.ydoc import doc_of, new_doc, read, root
from app.live.ywatch import Incomplete, VoiceWatch
from tests.examples import examples

ALI = "Nous avons voté la réserve d’eau en mars, et le lavoir avec."
BEA = "Les agents ont nettoyé le bassin trois fois cet hiver."


def said(text, voice):
    return Words(text, Marks(voice=voice))


class Room:
    """A room with its watch, and the browsers in it; each browser's edit goes through the watch, and what comes back goes to all."""

    def __init__(self, *paragraphs):
        seed = new_doc(EditorDocument(tuple(element("paragraph", *words) for words in paragraphs))).get_update()
        self.doc = doc_of([seed])
        self.watch = VoiceWatch(self.doc)
        self.browsers = {name: doc_of([seed]) for name in ("ali", "bea")}
        self.corrected = self.typed = 0

    def edit(self, who, change):
        """Lets a browser change its document in one transaction; `change` gets the root."""
        browser, updates = self.browsers[who], []
        subscription = browser.observe(lambda event: updates.append(event.update))
        with browser.transaction():
            change(root(browser))
        browser.unobserve(subscription)
        for update in updates:
            correction = None
            if self.watch.typed(update, who):
                self.typed += 1
            else:
                correction = self.watch.apply(update, who)
            self.corrected += correction is not None
            for name, other in self.browsers.items():
                if name != who:
                    other.apply_update(update)
                if correction:
                    other.apply_update(correction)
        assert read(browser) == read(self.doc)

    def text(self):
        """The paragraphs, as (voice, words) of each stretch."""
        return [[(node.marks.voice, node.text) for node in block.children if isinstance(node, Words)] for block in read(self.doc).children]


def room():
    return Room([said(ALI, "ali")], [said(BEA, "bea")], [said("Oui", "ali"), said(" mais non.", "bea")])


def line(place, number=0):
    return place.children[number].children[0]


def length(text):
    return len(text.encode())


def put(number, at, text, voice):
    """A change that types a text at a place in a paragraph."""
    return lambda place: line(place, number).insert(length(str_of(place, number)[:at]), text, {"voice": {"u": voice}})


def _voiced(watch):
    """The lines that a watch knows, with whose each letter is; signs are given in the order in which a watch meets voices."""
    names = {sign: voice for voice, sign in watch._signs.items()}
    return sorted((line.text, tuple(str(names[sign]) for sign in line.by)) for line in watch._lines.values())


def str_of(place, number):
    return "".join(chunk for chunk, _formats in line(place, number).diff())


def take(number, start, end):
    """A change that deletes characters."""

    def change(place):
        text = str_of(place, number)
        del line(place, number)[length(text[:start]) : length(text[:end])]

    return change


def runs(place, number):
    return [(chunk, formats["voice"]["u"]) for chunk, formats in line(place, number).diff()]


def split(number, at):
    """As y-prosemirror splits: the tail goes, and comes again in a paragraph of its own."""

    def change(place):
        tail, passed = [], 0
        for chunk, voice in runs(place, number):
            tail += [(chunk[max(at - passed, 0) :], voice)] if passed + len(chunk) > at else []
            passed += len(chunk)
        take(number, at, passed)(place)
        new(number + 1, *tail)(place)

    return change


def new(number, *pieces):
    def change(place):
        paragraph = XmlElement("paragraph")
        place.children.insert(number, paragraph)
        text = XmlText()
        paragraph.children.append(text)
        for chunk, voice in pieces:
            text.insert(len(text), chunk, {"voice": {"u": voice}})

    return change


def join(number):
    """As y-prosemirror joins: the words of a paragraph go to the end of the one before."""

    def change(place):
        pieces = runs(place, number + 1)
        del place.children[number + 1]
        for chunk, voice in pieces:
            line(place, number).insert(len(line(place, number)), chunk, {"voice": {"u": voice}})

    return change


class TestHonestEdits:
    def check(self, the_room, expected):
        assert the_room.text() == expected
        assert the_room.corrected == 0

    def test_typing_in_another_s_words(self):
        r = room()
        r.edit("bea", put(0, 10, " tous", "bea"))
        self.check(r, [[("ali", ALI[:10]), ("bea", " tous"), ("ali", ALI[10:])], *room().text()[1:]])

    @pytest.mark.parametrize("at", [1, 20, len(ALI) - 1])
    def test_splitting_and_joining_again(self, at):
        r = room()
        r.edit("bea", split(0, at))
        self.check(r, [[("ali", ALI[:at])], [("ali", ALI[at:])], *room().text()[1:]])
        r.edit("bea", join(0))
        self.check(r, room().text())

    def test_splitting_between_two_voices(self):
        r = room()
        r.edit("bea", split(2, 2))
        self.check(r, [*room().text()[:2], [("ali", "Ou")], [("ali", "i"), ("bea", " mais non.")]])

    def test_moving_a_paragraph(self):
        r = room()

        def move(place):
            pieces = runs(place, 2)
            del place.children[2]
            new(0, *pieces)(place)

        r.edit("ali", move)
        self.check(r, [room().text()[2], *room().text()[:2]])

    def test_changing_the_kind_of_a_block(self):
        r = room()

        def retype(place):
            pieces = runs(place, 2)
            del place.children[2]
            heading = XmlElement("heading", {"level": 2})
            place.children.insert(2, heading)
            text = XmlText()
            heading.children.append(text)
            for chunk, voice in pieces:
                text.insert(len(text), chunk, {"voice": {"u": voice}})

        r.edit("bea", retype)
        self.check(r, room().text())

    def test_pasting_another_s_sentence(self):
        r = room()
        r.edit("bea", put(1, 3, "la réserve d’eau en mars", "ali"))
        self.check(r, [room().text()[0], [("bea", BEA[:3]), ("ali", "la réserve d’eau en mars"), ("bea", BEA[3:])], room().text()[2]])

    @pytest.mark.parametrize(("start", "end"), [(0, 1), (14, 15), (len(ALI) - 1, len(ALI)), (5, 9), (0, len(ALI))])
    def test_taking_back_a_deletion(self, start, end):
        r = room()
        r.edit("bea", take(0, start, end))
        r.edit("bea", put(0, start, ALI[start:end], "ali"))
        self.check(r, room().text())

    def test_taking_back_the_deletion_of_a_short_word_between_others(self):
        r = room()
        r.edit("bea", take(2, 0, 3))
        r.edit("bea", put(2, 0, "Oui", "ali"))
        self.check(r, room().text())

    def test_taking_back_the_deletion_of_a_paragraph(self):
        r = room()

        def remove(place):
            del place.children[2]

        r.edit("bea", remove)
        r.edit("bea", put(0, 3, "x", "bea"))
        r.edit("bea", new(2, ("Oui", "ali"), (" mais non.", "bea")))
        assert r.text()[2] == room().text()[2]
        assert r.corrected == 0

    def test_making_another_s_words_bold(self):
        r = room()
        r.edit("bea", lambda place: line(place).format(0, 4, {"strong": {}}))
        assert read(r.doc).children[0].children[0] == Words("Nous", Marks(strong=True, voice="ali"))
        assert r.corrected == 0


class TestForgedEdits:
    def test_words_under_another_s_voice(self):
        r = room()
        r.edit("bea", put(0, 10, " jamais", "ali"))
        assert r.text()[0] == [("ali", ALI[:10]), ("bea", " jamais"), ("ali", ALI[10:])]
        assert r.corrected == 1

    def test_words_without_a_voice_are_the_sender_s(self):
        r = room()
        r.edit("bea", lambda place: line(place, 1).insert(0, "Et ", {}))
        assert r.text()[1] == [("bea", "Et " + BEA)]

    def test_letter_by_letter(self):
        r = room()
        r.edit("bea", new(3))
        for at, letter in enumerate("Ali a menti."):
            r.edit("bea", put(3, at, letter, "ali"))
        assert r.text()[3] == [("bea", "Ali a menti.")]

    def test_letter_by_letter_at_the_end_of_another_s_words(self):
        r = room()
        for at, letter in enumerate(" et avec lui"):
            r.edit("bea", put(0, len(ALI) + at, letter, "ali"))
        assert r.text()[0] == [("ali", ALI), ("bea", " et avec lui")]

    def test_deleting_and_composing_anew(self):
        r = room()
        r.edit("bea", take(0, 0, len(ALI)))
        for at, letter in enumerate("voté non"):
            r.edit("bea", put(0, at, letter, "ali"))
        assert r.text()[0] == [("bea", "voté non")]

    def test_words_of_another_in_another_order_by_small_pieces(self):
        r = room()
        r.edit("bea", new(3))
        for piece in ("voté", " avec", " Nous", " rés"):
            r.edit("bea", put(3, len(str_of(root(r.doc), 3)), piece, "ali"))
        assert {voice for voice, _text in r.text()[3]} == {"bea"}

    @pytest.mark.parametrize("voice", ["bea", "ali", "inconnue", None])
    def test_a_voice_laid_over_existing_words_is_set_back(self, voice):
        r = room()
        value = None if voice is None else {"u": voice}

        def mark(place):
            line(place).format(0, length(ALI[:20]), {"voice": value})
            line(place, 1).format(0, 10, {"voice": value})

        r.edit("bea", mark)
        assert r.text() == room().text()

    def test_one_s_own_words_given_to_another(self):
        r = room()
        r.edit("bea", lambda place: line(place, 1).format(0, len(BEA), {"voice": {"u": "ali"}}))
        assert r.text() == room().text()

    def test_two_places_of_one_line_with_letters_of_several_bytes(self):
        r = room()

        def change(place):
            put(0, 20, "ééé", "ali")(place)
            put(0, 3, "𝄞", "ali")(place)

        r.edit("bea", change)
        assert r.text()[0] == [("ali", ALI[:3]), ("bea", "𝄞"), ("ali", ALI[3:20]), ("bea", "ééé"), ("ali", ALI[20:])]

    def test_the_first_words_of_an_empty_passage(self):
        r = Room([])
        r.edit("bea", lambda place: place.children[0].children.append(XmlText("Moi")))
        assert r.text() == [[("bea", "Moi")]]


class TestGoingOnTyping:
    """Words right after one's last ones are taken without a look, and are watched as all others."""

    def type(self, r, who, at, text, number=0):
        for place, letter in enumerate(text):
            r.edit(who, put(number, at + place, letter, who))

    def test_a_run_of_keys_is_looked_at_twice(self):
        r = room()
        self.type(r, "ali", 4, "été 𝄞 là")
        assert r.text()[0] == [("ali", ALI[:4] + "été 𝄞 là" + ALI[4:])]
        assert r.typed == len("été 𝄞 là") - 1

    def test_in_another_s_words_too(self):
        r = room()
        self.type(r, "bea", 4, "abcde")
        assert r.text()[0] == [("ali", ALI[:4]), ("bea", "abcde"), ("ali", ALI[4:])]
        assert (r.typed, r.corrected) == (3, 0)

    def test_two_who_type_at_once_do_not_disturb_each_other(self):
        r = room()
        for place, letter in enumerate("abcdefgh"):
            r.edit("ali", put(0, 4 + place, letter, "ali"))
            r.edit("bea", put(1, 4 + place, letter, "bea"))
        assert r.typed == 14

    @pytest.mark.parametrize(
        "deed", [take(0, 5, 6), lambda place: line(place).format(4, 6, {"strong": {}}), new(1, ("Oui.", "bea")), join(0)]
    )
    def test_what_is_more_than_words_is_looked_at_and_what_follows_it(self, deed):
        r = room()
        self.type(r, "ali", 4, "abcd")
        before = r.typed
        r.edit("bea", deed)
        r.edit("ali", put(0, 7, "e", "ali"))
        assert r.typed == before

    def test_nobody_types_on_under_another_voice(self):
        r = room()
        self.type(r, "ali", 4, "abcd")
        updates = []
        r.browsers["ali"].observe(lambda event: updates.append(event.update))
        put(0, 8, "e", "ali")(root(r.browsers["ali"]))
        assert not r.watch.typed(updates[0], "bea")
        r.corrected += r.watch.apply(updates[0], "bea") is not None
        assert r.corrected == 1

    def test_words_typed_on_are_known_when_something_takes_them_along(self):
        r = room()
        self.type(r, "ali", 4, "abcdefgh")
        r.edit("bea", split(0, 8))
        assert r.corrected == 0
        assert r.text()[1] == [("ali", "efgh" + ALI[4:])]

    def test_another_worker_s_run_of_keys_is_looked_at_twice(self, monkeypatch):
        r, looks = room(), []
        elsewhere = VoiceWatch(doc_of([r.doc.get_update()]))
        monkeypatch.setattr(elsewhere, "_look", lambda update, look=elsewhere._look: (looks.append(update), look(update)))
        for place, letter in enumerate("été là"):
            for who, number in (("ali", 0), ("bea", 1)):
                updates = []
                subscription = r.browsers[who].observe(lambda event, updates=updates: updates.append(event.update))
                put(number, 4 + place, letter, who)(root(r.browsers[who]))
                r.browsers[who].unobserve(subscription)
                elsewhere.heard(updates[0])
        assert len(looks) == 2
        r.browsers["ali"].apply_update(r.browsers["bea"].get_update())
        assert read(elsewhere._doc) == read(r.browsers["ali"])

    def test_while_something_of_another_worker_is_missing_nothing_is_taken_unseen(self):
        r, updates = room(), []
        self.type(r, "ali", 4, "abcd")
        other = r.browsers["bea"]
        other.observe(lambda event: updates.append(event.update))
        put(1, 0, "un", "bea")(root(other))
        put(1, 0, "deux", "bea")(root(other))
        r.watch.heard(updates[1])
        r.browsers["ali"].observe(lambda event: updates.append(event.update))
        put(0, 8, "e", "ali")(root(r.browsers["ali"]))
        assert not r.watch.typed(updates[-1], "ali")

    @examples(60)
    @given(st.lists(st.tuples(st.sampled_from(["ali", "bea"]), st.sampled_from("kkkkkksd"), st.integers(0, 30)), max_size=40))
    def test_it_comes_to_the_same_as_a_look_at_every_key(self, steps):
        r = Room([said("aàa a𝄞a aaa", "ali"), said("bbb bbb", "bea")])
        looked, elsewhere = (VoiceWatch(doc_of([r.doc.get_update()])) for _ in range(2))
        carets = {"ali": 2, "bea": 8}
        for who, deed, at in steps:
            browser, updates = r.browsers[who], []
            subscription = browser.observe(lambda event, updates=updates: updates.append(event.update))
            total = len(str_of(root(browser), 0))
            if deed == "k":
                spot = carets[who] = min(carets[who] + 1, total)
                r.edit(who, put(0, spot, {"ali": "a", "bea": "ß"}[who], who))
            elif deed == "s":
                carets[who] = at % (total + 1)
            elif total > 2:
                r.edit(who, take(0, at % (total - 1), at % (total - 1) + 1))
            browser.unobserve(subscription)
            for update in updates:
                looked.apply(update, who)
                elsewhere.heard(update)
        assert r.corrected == 0
        r.edit("ali", put(0, 0, "a", "ali"))  # a look, so that all lines are read
        looked.apply(bytes(r.doc.get_update()), "ali")
        elsewhere.heard(bytes(r.doc.get_update()))
        for watch in (r.watch, elsewhere):
            assert _voiced(watch) == _voiced(looked)


@examples(60)
@given(st.lists(st.tuples(st.sampled_from(["ali", "bea"]), st.sampled_from("psjdu"), st.integers(0, 80), st.integers(0, 12)), max_size=25))
def test_nobody_s_words_become_another_s_without_their_deed(steps):
    """Each stretch is marked with letters of its own: whatever honest browsers do, a letter of one voice is never found under another but the mover's."""
    r = Room([said("aàa éaa aaa", "ali")], [said("bbb ßbb b𝄞b", "bea")])
    for who, deed, at, size in steps:
        place = root(r.browsers[who])
        number = at % len(place.children)
        total = len(str_of(place, number))
        spot = min(size, total)
        if deed == "p":
            r.edit(who, put(number, spot, {"ali": "a", "bea": "b"}[who] * (size + 1), who))
        elif deed == "s" and 0 < spot < total:
            r.edit(who, split(number, spot))
        elif deed == "d" and total > 1:
            r.edit(who, take(number, spot // 2, max(spot // 2 + 1, spot)))
        elif deed == "j" and number + 1 < len(place.children):
            r.edit(who, join(number))
    for block in r.text():
        for voice, text in block:
            assert voice in ("ali", "bea")
            if voice == "ali":
                assert set(text) <= set("aàé bß𝄞")


def test_an_ordinary_keystroke_is_cheap():
    """The look at each update must not be felt: far less than a millisecond on a long passage, on any machine."""
    paragraphs = [[said(ALI, "ali"), said(" " + BEA, "bea")] * 5 for _ in range(14)]
    r = Room(*paragraphs)
    browser = r.browsers["ali"]
    updates = []
    browser.observe(lambda event: updates.append(event.update))
    for _ in range(200):
        put(7, 30, "x", "ali")(root(browser))
    spent = []
    for update in updates:
        start = time.perf_counter()
        assert r.watch.apply(update, "ali") is None
        spent.append(time.perf_counter() - start)
    assert median(spent) < 0.001


def test_an_update_that_waits_for_another_is_refused():
    """Its words would come in with the next person's update, as that person's."""
    r = room()
    browser, updates = r.browsers["bea"], []
    browser.observe(lambda event: updates.append(event.update))
    put(1, 0, "Un ", "ali")(root(browser))
    put(1, 3, "deux ", "ali")(root(browser))
    with pytest.raises(Incomplete):
        r.watch.apply(updates[1], "bea")

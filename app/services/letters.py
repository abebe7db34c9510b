"""The mails that the site writes, in the language of whoever receives them; plain text, short, with one address to go to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.kernel.addresses import (
    desk_story_path,
    digest_settings_path,
    invitation_path,
    localised,
    page_path,
    passage_path,
    reset_path,
    review_story_path,
    sign_in_link_path,
    story_path,
)
from app.services.mail import SITE_TITLE, Letter
from app.services.words import translations

SUBJECT = 200


def _letter(recipient: str, lang: str, subject: str, paragraphs: Sequence[str]) -> Letter:
    _ = translations(lang).gettext
    closing = _("Ce message est envoyé par le site ; inutile d’y répondre.")
    return Letter(recipient, " ".join(subject.split())[:SUBJECT], "\n\n".join([*paragraphs, f"-- \n{SITE_TITLE}\n{closing}"]) + "\n")


def invitation(recipient: str, lang: str, base_url: str, name: str, capacity: str, token: str, days: int) -> Letter:
    """Invites a person to a role or a voice; `capacity` says which, in words."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("Votre invitation à %(site)s") % {"site": SITE_TITLE},
        [
            _("Bonjour %(name)s,") % {"name": name},
            _("Vous êtes invité·e sur %(site)s, où des délégations racontent leur parcours à plusieurs voix. Votre place : %(capacity)s.")
            % {"capacity": capacity, "site": SITE_TITLE},
            _("Pour accepter, ouvrez cette adresse. Elle est à vous seul·e, sert une fois et expire dans %(days)s jours :")
            % {"days": days},
            base_url + localised(invitation_path(token), lang),
        ],
    )


def sign_in_link(recipient: str, lang: str, base_url: str, token: str, minutes: int) -> Letter:
    """Carries a single-use link that signs a person in."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("Votre lien de connexion"),
        [
            _("Ouvrez cette adresse pour vous connecter. Elle sert une fois et expire dans %(minutes)s minutes :") % {"minutes": minutes},
            base_url + localised(sign_in_link_path(token), lang),
            _("Si vous n’avez rien demandé, vous pouvez ignorer ce message : personne n’est entré."),
        ],
    )


def password_reset(recipient: str, lang: str, base_url: str, token: str, minutes: int) -> Letter:
    """Carries a single-use link to choose a new password."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("Choisir un nouveau mot de passe"),
        [
            _("Ouvrez cette adresse pour choisir un nouveau mot de passe. Elle sert une fois et expire dans %(minutes)s minutes :")
            % {"minutes": minutes},
            base_url + localised(reset_path(token), lang),
            _("Si vous n’avez rien demandé, vous pouvez ignorer ce message : votre mot de passe n’a pas changé."),
        ],
    )


def story_submitted(recipient: str, lang: str, base_url: str, title: str, territory: str, story: str) -> Letter:
    """Tells an editor that a story waits for review."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("À relire : %(title)s") % {"title": title},
        [
            _("La délégation « %(territory)s » propose un récit à la relecture : « %(title)s ».")
            % {"territory": territory, "title": title},
            base_url + localised(review_story_path(story), lang),
        ],
    )


def page_proposed(recipient: str, lang: str, base_url: str, title: str, page: str) -> Letter:
    """Tells somebody who publishes pages that one waits for it."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("Page à publier : %(title)s") % {"title": title},
        [
            _("Une page est proposée à la publication : « %(title)s ». Relisez-la, puis publiez-la ou laissez-la en écriture :")
            % {"title": title},
            base_url + localised(page_path(page), lang),
        ],
    )


def changes_requested(recipient: str, lang: str, base_url: str, title: str, reasons: str, story: str) -> Letter:
    """Tells a member that the editor asks for changes, and why."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("À reprendre : %(title)s") % {"title": title},
        [
            _("La relecture de « %(title)s » demande des changements, pour les raisons suivantes :") % {"title": title},
            reasons,
            _("Le récit est de nouveau ouvert à l’écriture. Rien n’a été modifié :"),
            base_url + localised(desk_story_path(story), lang),
        ],
    )


def story_published(recipient: str, lang: str, base_url: str, title: str, slug: str) -> Letter:
    """Tells a member that the story is public."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("Publié : %(title)s") % {"title": title},
        [
            _("Votre récit « %(title)s » est publié. Tout le monde peut le lire à cette adresse :") % {"title": title},
            base_url + localised(story_path(slug), lang),
        ],
    )


def story_unpublished(recipient: str, lang: str, base_url: str, title: str, reasons: str, story: str) -> Letter:
    """Tells a member that the story is no longer public, and why."""
    _ = translations(lang).gettext
    return _letter(
        recipient,
        lang,
        _("Dépublié : %(title)s") % {"title": title},
        [
            _("Le récit « %(title)s » n’est plus public, pour les raisons suivantes :") % {"title": title},
            reasons,
            _("Ses textes et ses versions sont gardés :"),
            base_url + localised(desk_story_path(story), lang),
        ],
    )


@dataclass(frozen=True)
class DigestLine:
    """One line of a digest: `mention` or `suggestion`, how many, from whom the first came (or "" for the review), in which story and passage."""

    kind: str
    number: int
    by: str
    title: str
    passage: str


def digest(recipient: str, lang: str, base_url: str, lines: Sequence[DigestLine]) -> Letter:
    """Tells a person where they are mentioned and which suggestions wait for them."""
    _, ngettext = translations(lang).gettext, translations(lang).ngettext
    settings = base_url + localised(digest_settings_path(), lang) + "#messages"
    told = [_digest_line(line, lang) + "\n" + base_url + localised(passage_path(line.passage), lang) for line in lines]
    letter = _letter(
        recipient,
        lang,
        ngettext("Dans la marge de vos récits : %(number)s point", "Dans la marge de vos récits : %(number)s points", len(lines))
        % {"number": len(lines)},
        [
            _("On vous appelle, ou l’on vous propose d’autres mots :"),
            *told,
            _("Recevoir ces messages autrement, ou ne plus les recevoir :") + "\n" + settings,
        ],
    )
    return replace(letter, headers={"List-Unsubscribe": f"<{settings}>"})


def _digest_line(line: DigestLine, lang: str) -> str:
    _, ngettext = translations(lang).gettext, translations(lang).ngettext
    facts = {"who": line.by or _("La relecture"), "title": line.title, "number": line.number}
    if line.kind == "mention":
        return _("%(who)s vous appelle dans « %(title)s » :") % facts
    return (
        ngettext(
            "%(number)s suggestion attend votre décision dans « %(title)s » :",
            "%(number)s suggestions attendent votre décision dans « %(title)s » :",
            line.number,
        )
        % facts
    )

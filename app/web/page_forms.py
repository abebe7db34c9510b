"""Forms of pages and menus: fields, labels and shapes; whether something is allowed is decided by the services."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.db.pages import Node
from app.kernel.document.typography import typeset
from app.kernel.pages import SEGMENT_LENGTH, depth
from app.web.forms import BaseForm, Required
from app.web.locale import SOURCE_LANGUAGE, current_language


class PageForm(BaseForm):
    """The words of a page in one language; `base` is the version that the form was opened on."""

    title = StringField(_l("Titre"), [Required()], render_kw={"maxlength": 160})
    standfirst = TextAreaField(
        _l("Chapeau"), description=_l("Une à trois phrases : ce que l’on trouve ici."), render_kw={"rows": 3, "maxlength": 600}
    )
    body = TextAreaField(_l("Votre texte"), render_kw={"rows": 16, "spellcheck": "true"})
    base = HiddenField()


class NewPageForm(BaseForm):
    """A page before it has a place: its title, where it goes and what it is."""

    title = StringField(_l("Titre"), [Required()], render_kw={"maxlength": 160})
    lang = RadioField(_l("Langue"), choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")], validate_choice=False)
    parent = SelectField(_l("Sous quelle page"), validate_choice=False)
    type = RadioField(_l("Nature"), validate_choice=False)
    slug = StringField(
        _l("Mot de l’adresse"),
        description=_l("Laissez vide : il sera fait à partir du titre."),
        render_kw={"maxlength": SEGMENT_LENGTH, "autocomplete": "off", "spellcheck": "false"},
    )


class PlaceForm(BaseForm):
    """Where a page stands and under which word."""

    parent = SelectField(_l("Sous quelle page"), validate_choice=False)
    slug = StringField(
        _l("Mot de l’adresse"),
        [Required()],
        description=_l("En minuscules, sans accent, avec des traits d’union. L’ancienne adresse continuera de mener ici."),
        render_kw={"maxlength": SEGMENT_LENGTH, "autocomplete": "off", "spellcheck": "false"},
    )


class MenuEntryForm(BaseForm):
    """A new line of a menu; only the field that its kind names is read."""

    menu = RadioField(
        _l("Menu"),
        choices=[SelectChoice("main", _l("Navigation principale")), SelectChoice("foot", _l("Pied de page"))],
        validate_choice=False,
    )
    kind = RadioField(
        _l("Mène à"),
        choices=[
            SelectChoice("page", _l("une page")),
            SelectChoice("place", _l("un lieu du site")),
            SelectChoice("url", _l("une adresse")),
        ],
        validate_choice=False,
    )
    page = SelectField(_l("Page"), validate_choice=False)
    place = SelectField(_l("Lieu du site"), validate_choice=False)
    url = StringField(
        _l("Adresse"),
        description=_l("Par exemple https://exemple.fr, ou un chemin de ce site comme /recits/."),
        render_kw={"maxlength": 2000, "inputmode": "url", "autocomplete": "off"},
    )
    title_fr = StringField(
        _l("Mots en français"),
        description=_l("Laissez vide : le menu prendra le titre de la page ou le nom du lieu."),
        render_kw={"maxlength": 160},
    )
    title_en = StringField(_l("Mots en anglais"), render_kw={"maxlength": 160})


class EditEntryForm(BaseForm):
    """The words of a line of a menu, and its address if it leads to one."""

    url = StringField(_l("Adresse"), render_kw={"maxlength": 2000, "inputmode": "url", "autocomplete": "off"})
    title_fr = StringField(
        _l("Mots en français"),
        description=_l("Laissez vide : le menu prendra le titre de la page ou le nom du lieu."),
        render_kw={"maxlength": 160},
    )
    title_en = StringField(_l("Mots en anglais"), render_kw={"maxlength": 160})


def page_choices(nodes: Iterable[Node], top: object = "") -> list[SelectChoice]:
    """Returns pages as choices, those below another set in, each marked with its language; `top` is what the choice of no page is called."""
    found = [SelectChoice("", top)] if top else []
    for node in nodes:
        title, lang = node.title(current_language(), SOURCE_LANGUAGE)
        attributes = {} if lang == current_language() else {"lang": lang}
        inset = "\u00a0\u00a0" * (depth(node.page.path) - 1)
        found.append(SelectChoice(node.page.id, inset + typeset(title, lang), attributes))
    return found

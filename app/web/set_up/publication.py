"""Site set-up: the rules of publication that the site adds to its signatures."""

from dataclasses import asdict

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.kernel.access import SITE_CONFIGURE
from app.services.publishing import read_rules, save_rules
from app.web.context import back_to, field_errors, reader, with_permission, writing
from app.web.set_up.base import CONTENT, Entry, add_entry, blueprint
from app.web.set_up.forms import PublishingForm

add_entry(
    Entry(
        CONTENT,
        _l("Règles de publication"),
        _l("Ce qu’un récit doit avoir, et qui doit être d’accord, avant de paraître."),
        "set_up.publication",
        SITE_CONFIGURE,
        order=90,
    )
)


@blueprint.get("/publication")
def publication() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    rules = asdict(read_rules(reader()))
    return _publication_page(PublishingForm(formdata=None, data={**rules, "minimum_voices": str(rules["minimum_voices"])}))


def _publication_page(form: PublishingForm, status: int = 200) -> ResponseReturnValue:
    return render_template("set_up/publication.html", form=form), status


@blueprint.post("/publication")
def save_publication() -> ResponseReturnValue:
    with_permission(SITE_CONFIGURE)
    form = PublishingForm()
    minimum = form.minimum_voices.data or ""
    rules = {
        "minimum_voices": int(minimum) if minimum.isascii() and minimum.isdigit() else 0,
        "explain_missing": form.explain_missing.data,
        "second_editor": form.second_editor.data,
    }
    with field_errors(form), writing() as (uow, actor):
        save_rules(uow, actor, rules)
    if form.failed:
        return _publication_page(form, 422)
    flash(_("Les règles sont en place. Elles valent pour les prochaines étapes ; rien de public ne change."))
    return back_to(url_for("set_up.publication"))

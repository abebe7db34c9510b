"""Working pages of the letter, for those who compose it: issues, preview, sending, subscribers."""

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from app.sdk import (
    ConfirmForm,
    back_to,
    content_choices,
    current_language,
    field_errors,
    in_language,
    keeps_text,
    prepare_text,
    reader,
    site_address,
    with_permission,
    writing,
)
from plugins.communication.forms.letter import AddStoryForm, IssueForm, IssueTitleForm
from plugins.communication.services import letter as services
from plugins.communication.services import subscription
from plugins.communication.services.subscription import PATH, PERMISSION
from plugins.communication.views.base import blueprint

# Mail programs read styles in the text itself; this page shows a mail as it is, and nothing else may run or load in it.
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@blueprint.get("/lettre/gestion")
def letter_desk():
    with_permission(PERMISSION)
    return _desk(IssueTitleForm(formdata=None))


def _desk(form: IssueTitleForm, status: int = 200):
    page = render_template(
        "communication/letter_desk.html", issues=services.list_issues(reader()), form=form, confirmed=subscription.count_confirmed(reader())
    )
    return page, status


@blueprint.post("/lettre/gestion")
@keeps_text
def add_issue():
    with_permission(PERMISSION)
    form = IssueTitleForm()
    if form.validate():
        with field_errors(form), writing() as (uow, actor):
            issue = services.add_issue(uow, actor, form.title.data)
        if not form.failed:
            return back_to(url_for("communication.issue", issue_id=issue.id))
    return _desk(form, 422)


@blueprint.get("/lettre/abonnements")
def subscribers():
    actor = with_permission(PERMISSION)
    return render_template("communication/subscribers.html", rows=subscription.list_subscribers(reader(), actor))


@blueprint.post("/lettre/abonnements/<id:subscriber_id>/effacer")
def remove_subscriber(subscriber_id: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        subscription.remove(uow, actor, subscriber_id)
    flash(_("L’abonnement est effacé."))
    return back_to(url_for("communication.subscribers"))


@blueprint.get("/lettre/gestion/<id:issue_id>")
def issue(issue_id: str):
    with_permission(PERMISSION)
    found = services.get_issue(reader(), issue_id)
    return _issue_page(found, IssueForm(formdata=None, title=found.title, introduction=found.introduction))


def _issue_page(found, form: IssueForm, add: AddStoryForm | None = None, status: int = 200):
    add = add or AddStoryForm(formdata=None)
    add.story.choices = content_choices([(story.id, story.title) for story in services.stories_to_add(reader(), found)])
    page = render_template(
        "communication/issue.html",
        issue=found,
        form=form,
        add=add,
        lines=services.lines_of(reader(), found),
        confirm=ConfirmForm(formdata=None),
    )
    return page, status


@blueprint.post("/lettre/gestion/<id:issue_id>")
@keeps_text
def save_issue(issue_id: str):
    with_permission(PERMISSION)
    form = IssueForm()
    found = services.get_issue(reader(), issue_id)
    if form.validate():
        sentences = {line.story_id: request.form.get(f"s-{line.story_id}", "") for line in services.lines_of(reader(), found)}
        prepared = prepare_text(form.introduction.data or "", lang="fr")
        with field_errors(form), writing() as (uow, actor):
            services.save_issue(uow, actor, issue_id, form.title.data, prepared, sentences)
        if not form.failed:
            flash(_("Enregistré."))
            return back_to(url_for("communication.issue", issue_id=issue_id))
    return _issue_page(found, form, status=422)


@blueprint.post("/lettre/gestion/<id:issue_id>/recits")
def add_issue_story(issue_id: str):
    with_permission(PERMISSION)
    form = AddStoryForm()
    with field_errors(form), writing() as (uow, actor):
        services.add_story(uow, actor, issue_id, form.story.data or "")
    if form.failed:
        found = services.get_issue(reader(), issue_id)
        return _issue_page(found, IssueForm(formdata=None, title=found.title, introduction=found.introduction), form, 422)
    return back_to(url_for("communication.issue", issue_id=issue_id))


@blueprint.post("/lettre/gestion/<id:issue_id>/recits/<id:story_id>/<any(haut,bas,retirer):where>")
def move_issue_story(issue_id: str, story_id: str, where: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        services.move_story(uow, actor, issue_id, story_id, where)
    return back_to(url_for("communication.issue", issue_id=issue_id))


@blueprint.post("/lettre/gestion/<id:issue_id>/supprimer")
def delete_issue(issue_id: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        services.delete_issue(uow, actor, issue_id)
    flash(_("Le numéro est supprimé."))
    return back_to(url_for("communication.letter_desk"))


@blueprint.get("/lettre/gestion/<id:issue_id>/apercu")
def preview_issue(issue_id: str):
    with_permission(PERMISSION)
    found = services.get_issue(reader(), issue_id)
    return render_template(
        "communication/issue_preview.html", issue=found, copy=_copy(found), confirmed=subscription.count_confirmed(reader())
    )


@blueprint.get("/lettre/gestion/<id:issue_id>/apercu/html")
def preview_issue_html(issue_id: str):
    """The HTML part of the mail, as it is sent."""
    with_permission(PERMISSION)
    answer = Response(_copy(services.get_issue(reader(), issue_id)).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _MAIL_POLICY
    return answer


def _copy(found):
    base_url = site_address()
    lang = current_language()
    return services.write_for(reader(), found, lang, base_url + in_language(PATH, lang), base_url)


@blueprint.post("/lettre/gestion/<id:issue_id>/essai")
def test_issue(issue_id: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        address = services.send_test(uow, actor, issue_id, site_address())
    flash(_("Un exemplaire part pour %(address)s.", address=address))
    return back_to(url_for("communication.preview_issue", issue_id=issue_id))


@blueprint.post("/lettre/gestion/<id:issue_id>/envoyer")
def send_issue(issue_id: str):
    with_permission(PERMISSION)
    with writing() as (uow, actor):
        services.start_sending(uow, actor, issue_id, site_address())
    flash(_("Le numéro est en ligne, et son envoi commence."))
    return back_to(url_for("communication.issue", issue_id=issue_id))

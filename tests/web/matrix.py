"""Who may ask what, typed by hand: one line per route and method, one column per role; and the places of the world that the lines name.

Cells: a status; `in` = sent to the sign-in page (302 or 303); `401` = the sign-in form, which carries what was written.
The words after `#` tell apart several lines of one route; `SEND` says what each line sends.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Table, event, inspect, select, text, update
from werkzeug.test import TestResponse

from app.db.base import metadata
from app.db.engine import writing_engine
from app.db.models import (
    Account,
    AccountSession,
    Comment,
    MailMessage,
    Media,
    PageText,
    PageVersion,
    Passage,
    PassageRevision,
    PublicMedia,
    SignInLink,
    Story,
    StoryVersion,
    Suggestion,
    Voice,
)
from app.factory import create_app
from app.kernel.access import Actor, Role, Scope, ScopeKind
from app.kernel.moment_date import parse_moment_date
from app.kernel.voice import CATEGORIES, Mandate
from app.services import (
    accounts,
    approvals,
    discussion,
    library,
    menus,
    page_texts,
    pages,
    passages,
    plugins,
    programme,
    restrictions,
    roles,
    sharing,
    stories,
    themes,
    voices,
    workflow,
)
from app.services.markup import prepare_here
from app.services.media import PreparedImage, Rendition, add_image
from app.services.moments import MomentForm, add_moment, delete_moment
from app.services.site import Site
from app.services.unit_of_work import UnitOfWork
from plugins.communication.models import Subscriber, Trace
from plugins.communication.services import letter, subscription
from tests.conftest import TOKEN, close_engines, settings_for
from tests.databases import copy_site, loose
from tests.factories import PASSWORD, World, actor, address

UNKNOWN = "0" * 20
PART = re.compile(r"<(?:[^:<>]+(?:\([^)]*\))?:)?([a-z_]+)>")
COOKIE = "recits"

ROLES = ("anon", "member", "peer", "scribe", "foreign", "nobody", "editor", "organiser", "admin")
PEOPLE = {
    "member": "helene",  # whose passages the lines speak of
    "peer": "karim",  # another voice of the same delegation
    "scribe": "scribe",  # writes for helene
    "foreign": "autre_helene",
    "nobody": "personne",
    "editor": "editrice",
    "organiser": "organisation",
    "admin": "admin",
}

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

GET  /                                                                          200  200  200  200  200  200  200  200  200
GET  /recits/                                                                   200  200  200  200  200  200  200  200  200
GET  /recits/<slug:slug>                                                        200  200  200  200  200  200  200  200  200
GET  /recits/<slug:slug>#draft                                                  404  404  404  404  404  404  404  404  404
GET  /recits/<slug:slug>#submitted                                              404  404  404  404  404  404  404  404  404
GET  /recits/<slug:slug>#withdrawn                                              410  410  410  410  410  410  410  410  410
GET  /recits/<slug:slug>/au-fil                                                 200  200  200  200  200  200  200  200  200
GET  /recits/<slug:slug>/au-fil#draft                                           404  404  404  404  404  404  404  404  404
GET  /recits/<slug:slug>/en-regard                                              200  200  200  200  200  200  200  200  200
GET  /recits/<slug:slug>/en-regard#draft                                        404  404  404  404  404  404  404  404  404
GET  /recits/<slug:slug>/une-voix                                               200  200  200  200  200  200  200  200  200
GET  /recits/<slug:slug>/une-voix#draft                                         404  404  404  404  404  404  404  404  404
GET  /recits/<slug:slug>/une-voix/<slug:category>                               200  200  200  200  200  200  200  200  200
GET  /recits/<slug:slug>/une-voix/<slug:category>#draft                         404  404  404  404  404  404  404  404  404
GET  /territoires/                                                              200  200  200  200  200  200  200  200  200
GET  /territoires/<slug:slug>                                                   200  200  200  200  200  200  200  200  200
GET  /<page:path>                                                                 200  200  200  200  200  200  200  200  200
GET  /<page:path>#private                                                         404  404  404  404  404  404  404  404  404
GET  /<page:path>#moved                                                           301  301  301  301  301  301  301  301  301
GET  /<page:path>#trashed                                                         404  404  404  404  404  404  404  404  404
GET  /patterns                                                                  200  200  200  200  200  200  200  200  200
GET  /sante                                                                     200  200  200  200  200  200  200  200  200
GET  /identite/<seal>.css                                                       404  404  404  404  404  404  404  404  404
GET  /identite/logo/<hash:content_hash>/<width:width>.webp                      404  404  404  404  404  404  404  404  404
GET  /media/<hash:content_hash>/<width:width>.webp                                404  200  200  200  404  404  404  404  404
GET  /media/<hash:content_hash>/<width:width>.webp#public                         200  200  200  200  200  200  200  200  200

GET  /connexion                                                                 200  302  302  302  302  302  302  302  302
POST /connexion                                                                 303  303  303  303  303  303  303  303  303
GET  /connexion/lien                                                            200  200  200  200  200  200  200  200  200
POST /connexion/lien                                                            200  200  200  200  200  200  200  200  200
GET  /connexion/oubli                                                           200  200  200  200  200  200  200  200  200
POST /connexion/oubli                                                           200  200  200  200  200  200  200  200  200
GET  /connexion/lien/<token>                                                    200  200  200  200  200  200  200  200  200
POST /connexion/lien/<token>                                                    303  303  303  303  303  303  303  303  303
GET  /connexion/mot-de-passe/<token>                                            200  200  200  200  200  200  200  200  200
POST /connexion/mot-de-passe/<token>                                            303  303  303  303  303  303  303  303  303
GET  /invitation/<token>                                                        200  200  200  200  200  200  200  200  200
POST /invitation/<token>                                                        303  303  303  303  303  303  303  303  303
POST /deconnexion                                                               in   303  303  303  303  303  303  303  303
GET  /compte                                                                    in   200  200  200  200  200  200  200  200
POST /compte                                                                    in   303  303  303  303  303  303  303  303
POST /compte/messages                                                           in   303  303  303  303  303  303  303  303
POST /compte/mot-de-passe                                                       in   303  303  303  303  303  303  303  303
POST /compte/sessions/<id:session_id>/terminer                                  in   303  404  404  404  404  404  404  404

GET  /espace/                                                                   in   200  200  200  200  200  200  200  200
GET  /espace/delegations/<id:delegation_id>/recits/nouveau                      in   200  200  200  404  404  404  404  404
POST /espace/delegations/<id:delegation_id>/recits/nouveau                      401  303  303  303  404  404  404  404  404
GET  /espace/delegations/<id:delegation_id>/corbeille                           in   200  200  200  404  404  404  404  404
GET  /espace/delegations/<id:delegation_id>/parcours                            in   200  200  200  404  404  404  404  404
GET  /espace/delegations/<id:delegation_id>/parcours/nouveau                    in   200  200  200  404  404  404  404  404
POST /espace/delegations/<id:delegation_id>/parcours/nouveau                    401  303  303  303  404  404  404  404  404
GET  /espace/recits/<id:story_id>                                               in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>#submitted                                     in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>#published                                     in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>#trashed                                       in   404  404  404  404  404  404  404  404
GET  /espace/recits/<id:story_id>/titre                                         in   200  200  200  404  404  404  404  404
POST /espace/recits/<id:story_id>/titre                                         401  303  303  303  404  404  404  404  404
POST /espace/recits/<id:story_id>/titre#submitted                               401  409  409  409  404  404  404  404  404
POST /espace/recits/<id:story_id>/proposer                                      in   409  409  409  404  404  404  404  404
POST /espace/recits/<id:story_id>/proposer#ready                                in   303  303  303  404  404  404  404  404
POST /espace/recits/<id:story_id>/proposer#submitted                            in   409  409  409  404  404  403  404  404
POST /espace/recits/<id:story_id>/rouvrir                                       in   409  409  409  404  404  404  404  404
POST /espace/recits/<id:story_id>/rouvrir#submitted                             in   303  303  303  404  404  403  404  404
POST /espace/recits/<id:story_id>/passages                                      in   303  403  303  404  404  404  404  404
POST /espace/recits/<id:story_id>/passages#shared                               in   303  303  303  404  404  404  404  404
POST /espace/recits/<id:story_id>/corbeille                                     in   303  303  303  404  404  404  404  404
POST /espace/recits/<id:story_id>/corbeille#submitted                           in   409  409  409  404  404  404  404  404
POST /espace/recits/<id:story_id>/corbeille#published                           in   409  409  409  404  404  404  404  404
POST /espace/recits/<id:story_id>/restaurer                                     in   303  303  303  404  404  404  404  303
GET  /espace/recits/<id:story_id>/images                                        in   200  200  200  404  404  404  404  404
POST /espace/recits/<id:story_id>/images                                        401  422  422  422  404  404  404  404  404
POST /espace/images/<id:media_id>/<any(corbeille,restaurer):what>               in   303  303  303  404  404  404  404  404
POST /espace/images/<id:media_id>/<any(corbeille,restaurer):what>#restore       in   303  303  303  404  404  404  404  303
POST /espace/recits/<id:story_id>/moments/<id:moment_id>/deplacer/<any(haut,bas):where>  in 303 303 303 404 404 404 404 404
GET  /espace/recits/<id:story_id>/moments/<id:moment_id>/voix-manquante/<category>  in  200 200 200 404 404 404 404 404
POST /espace/recits/<id:story_id>/moments/<id:moment_id>/voix-manquante/<category>  401 303 303 303 404 404 404 404 404

GET  /espace/passages/<id:passage_id>                                           in   200  200  200  404  404  404  404  404
GET  /espace/passages/<id:passage_id>#submitted                                 in   200  200  200  404  404  200  404  404
POST /espace/passages/<id:passage_id>                                           401  303  403  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>#preview                                   401  200  403  200  404  404  404  404  404
POST /espace/passages/<id:passage_id>#shared                                    401  303  303  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>#signed                                    401  409  403  409  404  404  404  404  404
POST /espace/passages/<id:passage_id>/brouillon                                 in   200  403  200  404  404  404  404  404
POST /espace/passages/<id:passage_id>/brouillon/abandonner                      in   303  303  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/apercu                                    in   200  200  200  404  404  404  404  404
POST /espace/passages/<id:passage_id>/deplacer/<any(haut,bas):where>            in   303  403  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/corbeille                                 in   303  403  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/restaurer                                 in   303  403  303  404  404  404  404  303
GET  /espace/passages/<id:passage_id>/signer                                    in   200  200  200  404  404  404  404  404
POST /espace/passages/<id:passage_id>/signer                                    in   303  403  403  404  404  404  404  404
POST /espace/passages/<id:passage_id>/signer#shared                             in   303  403  403  404  404  404  404  404
POST /espace/passages/<id:passage_id>/rouvrir                                   in   303  403  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/retirer-signature                         in   303  403  403  404  404  404  404  404
GET  /espace/recits/<id:story_id>/plan                                          in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>/plan#submitted                                in   200  200  200  404  404  404  404  404
GET  /espace/passages/<id:passage_id>/pied                                      in   200  200  200  404  404  404  404  404
POST /espace/passages/<id:passage_id>/question                                  in   303  403  303  404  404  404  404  404
GET  /espace/passages/<id:passage_id>/marge                                     in   200  200  200  404  404  404  404  404
GET  /espace/passages/<id:passage_id>/marge#submitted                           in   200  200  200  404  404  200  404  404
POST /espace/passages/<id:passage_id>/fils                                      401  303  303  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/fils#submitted                            401  303  303  303  404  404  303  404  404
POST /espace/passages/<id:passage_id>/fils/<id:thread_id>/repondre              401  303  303  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/fils/<id:thread_id>/<any(regler,rouvrir):what>  in 303 303  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/commentaires/<id:comment_id>              401  403  303  403  404  404  404  404  404
POST /espace/passages/<id:passage_id>/mentions/vues                             in   303  303  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/proposer                                  401  303  303  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/suggestions/<mark:suggestion_id>/<any(accepter,refuser,reprendre):what>  in 404 403 404 404 404 404 404 404
POST /espace/passages/<id:passage_id>/suggestions/<mark:suggestion_id>/<any(accepter,refuser,reprendre):what>#gone  in 409 403 409 404 404 404 404 404
POST /espace/passages/<id:passage_id>/suggestions/<mark:suggestion_id>/<any(accepter,refuser,reprendre):what>#back  in 403 409 403 404 404 404 404 404
POST /espace/passages/<id:passage_id>/suggestions/toutes/<any(accepter,refuser):what>  in 303 403 303 404 404 404 404 404
GET  /espace/passages/<id:passage_id>/versions                                  in   200  200  200  404  404  404  404  404
POST /espace/passages/<id:passage_id>/versions/<id:revision_id>/restaurer       in   303  403  303  404  404  404  404  404
POST /espace/passages/<id:passage_id>/versions/<id:revision_id>/nommer          in   303  403  303  404  404  404  404  404

GET  /espace/moments/<id:moment_id>                                             in   200  200  200  404  404  404  404  404
POST /espace/moments/<id:moment_id>                                             401  303  303  303  404  404  404  404  404
POST /espace/moments/<id:moment_id>/corbeille                                   in   303  303  303  404  404  404  404  404
POST /espace/moments/<id:moment_id>/corbeille#told                              in   409  409  409  404  404  404  404  404
POST /espace/moments/<id:moment_id>/restaurer                                   in   303  303  303  404  404  404  404  303
GET  /espace/moments/<id:moment_id>/position/<id:voice_id>                      in   200  404  404  404  404  404  404  404
POST /espace/moments/<id:moment_id>/position/<id:voice_id>                      401  303  403  403  404  404  404  404  404
GET  /espace/voix/<id:voice_id>                                                 in   200  404  404  404  404  404  404  404
POST /espace/voix/<id:voice_id>                                                 in   303  404  404  404  404  404  404  404
POST /espace/voix/<id:voice_id>/scribe                                          in   303  404  404  404  404  404  404  404

GET  /relecture/                                                                in   403  403  403  403  403  200  403  403
GET  /relecture/<id:story_id>                                                   in   403  403  403  403  403  200  403  403
GET  /relecture/<id:story_id>#draft                                             in   403  403  403  403  403  404  403  403
GET  /relecture/<id:story_id>#published                                         in   403  403  403  403  403  200  403  403
POST /relecture/<id:story_id>/prendre                                           in   403  403  403  404  404  303  404  404
POST /relecture/<id:story_id>/prendre#draft                                     in   403  403  403  404  404  404  404  404
POST /relecture/<id:story_id>/rendre                                            401  403  403  403  404  404  303  404  404
POST /relecture/<id:story_id>/rendre#draft                                      401  403  403  403  404  404  404  404  404
POST /relecture/<id:story_id>/publier                                           in   403  403  403  404  404  303  404  404
POST /relecture/<id:story_id>/publier#submitted                                 in   403  403  403  404  404  409  404  404
POST /relecture/<id:story_id>/publier#draft                                     in   403  403  403  404  404  404  404  404
POST /relecture/<id:story_id>/accord                                            in   403  403  403  404  404  409  404  404
POST /relecture/<id:story_id>/accord#draft                                      in   403  403  403  404  404  404  404  404
POST /relecture/<id:story_id>/depublier                                         401  403  403  403  404  404  303  404  404
POST /relecture/<id:story_id>/themes                                            in   403  403  403  403  403  303  403  403
POST /relecture/<id:story_id>/themes#draft                                      in   403  403  403  403  403  404  403  403
POST /relecture/<id:story_id>/commentaires                                      401  303  303  303  404  404  303  404  404
POST /relecture/<id:story_id>/commentaires#draft                                401  303  303  303  404  404  404  404  404
POST /relecture/<id:story_id>/fils/<id:thread_id>/repondre                      401  303  303  303  404  404  303  404  404
POST /relecture/<id:story_id>/fils/<id:thread_id>/repondre#returned             401  303  303  303  404  404  303  404  404
POST /relecture/<id:story_id>/fils/<id:thread_id>/repondre#margin               401  303  303  303  404  404  404  404  404
POST /relecture/<id:story_id>/fils/<id:thread_id>/<any(regler,rouvrir):what>    in   303  303  303  404  404  303  404  404
POST /relecture/<id:story_id>/fils/<id:thread_id>/<any(regler,rouvrir):what>#margin in 303 303 303  404  404  404  404  404
POST /relecture/<id:story_id>/commentaires/<id:comment_id>                      401  303  403  403  404  404  403  404  404

GET  /configuration/                                                            in   403  403  403  403  403  200  200  200
GET  /configuration/personnes                                                   in   403  403  403  403  403  403  403  200
POST /configuration/personnes                                                   401  403  403  403  403  403  403  403  303
GET  /configuration/personnes/<id:account_id>                                   in   403  403  403  403  403  403  403  200
POST /configuration/personnes/<id:account_id>/roles                             in   403  403  403  403  403  403  403  303
POST /configuration/personnes/<id:account_id>/<any(fermer,rouvrir):what>        in   403  403  403  403  403  403  403  303
POST /configuration/invitations/<id:invitation_id>/annuler                      in   403  403  403  403  403  403  403  303
POST /configuration/invitations/<id:invitation_id>/annuler#voice                in   403  403  403  403  403  403  303  303
POST /configuration/invitations/<id:invitation_id>/annuler#unknown              in   403  403  403  403  403  403  404  404
GET  /configuration/programmes                                                  in   403  403  403  403  403  403  200  200
POST /configuration/programmes                                                  401  403  403  403  403  403  403  303  303
GET  /configuration/programmes/<id:programme_id>                                in   403  403  403  403  403  403  200  200
POST /configuration/programmes/<id:programme_id>                                401  403  403  403  403  403  403  303  303
POST /configuration/programmes/<id:programme_id>/phases                         401  403  403  403  403  403  403  303  303
POST /configuration/programmes/<id:programme_id>/chantiers                      401  403  403  403  403  403  403  303  303
GET  /configuration/themes                                                      in   403  403  403  403  403  403  200  200
POST /configuration/themes                                                      401  403  403  403  403  403  403  303  303
GET  /configuration/themes/<id:theme_id>                                        in   403  403  403  403  403  403  200  200
POST /configuration/themes/<id:theme_id>                                        401  403  403  403  403  403  403  303  303
POST /configuration/themes/<id:theme_id>/deplacer/<any(haut,bas):where>         in   403  403  403  403  403  403  303  303
POST /configuration/themes/<id:theme_id>/fusionner                              in   403  403  403  403  403  403  303  303
POST /configuration/themes/<id:theme_id>/corbeille                              in   403  403  403  403  403  403  303  303
POST /configuration/themes/<id:theme_id>/corbeille#used                         in   403  403  403  403  403  403  409  409
POST /configuration/themes/<id:theme_id>/restaurer                              in   403  403  403  403  403  403  303  303
GET  /configuration/mediatheque                                                 in   403  403  403  403  403  200  403  200
POST /configuration/mediatheque                                                 401  403  403  403  403  403  422  403  422
GET  /configuration/mediatheque/<id:media_id>                                   in   403  403  403  403  403  200  403  200
GET  /configuration/mediatheque/<id:media_id>#draft                             in   403  403  403  403  403  404  403  404
POST /configuration/mediatheque/<id:media_id>                                   401  403  403  403  403  403  303  403  303
POST /configuration/mediatheque/<id:media_id>#draft                             401  403  403  403  403  403  404  403  404
POST /configuration/mediatheque/<id:media_id>/corbeille                         in   403  403  403  403  403  303  403  303
POST /configuration/mediatheque/<id:media_id>/corbeille#draft                   in   403  403  403  403  403  404  403  404
POST /configuration/mediatheque/<id:media_id>/restaurer                         in   403  403  403  403  403  303  403  303
GET  /configuration/corbeille                                                   in   403  403  403  403  403  200  200  200
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer                    in   303  303  303  404  404  404  404  303
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#passage            in   303  403  303  404  404  404  404  303
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#moment             in   303  303  303  404  404  404  404  303
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#image              in   303  303  303  404  404  404  404  303
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#library            in   404  404  404  404  404  303  404  303
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#theme              in   403  403  403  403  403  403  303  303
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#page               in   403  403  403  403  403  303  303  303
POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#unknown            in   404  404  404  404  404  404  404  404
GET  /configuration/territoires                                                 in   403  403  403  403  403  403  200  200
POST /configuration/territoires                                                 401  403  403  403  403  403  403  303  303
GET  /configuration/territoires/<id:territory_id>                               in   403  403  403  403  403  403  200  200
POST /configuration/territoires/<id:territory_id>                               401  403  403  403  403  403  403  303  303
POST /configuration/territoires/<id:territory_id>/delegations/<id:programme_id> in   403  403  403  403  403  403  303  303
GET  /configuration/delegations/<id:delegation_id>                              in   403  403  403  403  403  403  200  200
POST /configuration/sieges/<id:seat_id>                                         401  403  403  403  403  403  403  303  303
POST /configuration/voix/<id:voice_id>/mandat                                   in   403  403  403  403  403  403  303  303
POST /configuration/voix/<id:voice_id>/inviter                                  in   403  403  403  403  403  403  303  303
GET  /configuration/extensions                                                  in   403  403  403  403  403  403  403  200
POST /configuration/extensions/<name>/<any(activer,desactiver):what>            in   403  403  403  403  403  403  403  303
GET  /configuration/pages                                                         in  403  403  403  403  403  200  200  200
GET  /configuration/pages/nouvelle                                                in  403  403  403  403  403  200  200  200
POST /configuration/pages/nouvelle                                                401  403  403  403  403  403  303  303  303
GET  /configuration/pages/<id:page_id>                                            in  403  403  403  403  403  200  200  200
GET  /configuration/pages/<id:page_id>#trashed                                    in  403  403  403  403  403  404  404  404
POST /configuration/pages/<id:page_id>/adresse                                    401  403  403  403  403  403  303  303  303
POST /configuration/pages/<id:page_id>/deplacer/<any(haut,bas):where>             in  403  403  403  403  403  303  303  303
GET  /configuration/pages/<id:page_id>/corbeille                                  in  403  403  403  403  403  200  200  200
POST /configuration/pages/<id:page_id>/corbeille                                  in  403  403  403  403  403  303  303  303
POST /configuration/pages/<id:page_id>/corbeille#public                           in  403  403  403  403  403  303  403  303
POST /configuration/pages/<id:page_id>/restaurer                                  in  403  403  403  403  403  303  303  303
GET  /configuration/pages/<id:page_id>/<any(fr,en):lang>                          in  403  403  403  403  403  200  200  200
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>                          401  403  403  403  403  403  303  303  303
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>#preview                  401  403  403  403  403  403  200  200  200
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>#other                    401  403  403  403  403  403  409  409  409
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>  in  403  403  403  403  403  303  303  303
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>#back  in  403  403  403  403  403  303  303  303
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>#publish  in  403  403  403  403  403  303  403  303
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>#unseen  in  403  403  403  403  403  409  403  409
GET  /configuration/pages/<id:page_id>/<any(fr,en):lang>/depublier                in  403  403  403  403  403  200  403  200
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/depublier                in  403  403  403  403  403  303  403  303
GET  /configuration/pages/<id:page_id>/<any(fr,en):lang>/versions                 in  403  403  403  403  403  200  200  200
POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/versions/<id:version_id>/restaurer  in  403  403  403  403  403  303  303  303
GET  /configuration/liens                                                         in  403  403  403  403  403  200  200  200
GET  /configuration/menus                                                         in  403  403  403  403  403  403  403  200
POST /configuration/menus                                                         401  403  403  403  403  403  403  403  303
GET  /configuration/menus/<id:entry_id>                                           in  403  403  403  403  403  403  403  200
POST /configuration/menus/<id:entry_id>                                           401  403  403  403  403  403  403  403  303
POST /configuration/menus/<id:entry_id>/<any(haut,bas,retirer):what>              in  403  403  403  403  403  403  403  303
GET  /configuration/sante                                                       in   403  403  403  403  403  403  403  200
GET  /configuration/fichiers                                                    in   403  403  403  403  403  403  403  200
POST /configuration/fichiers                                                    in   403  403  403  403  403  403  403  422
GET  /configuration/fichiers/configuration.zip                                  in   403  403  403  403  403  403  403  200
POST /configuration/fichiers/appliquer                                          in   403  403  403  403  403  403  403  409
GET  /configuration/publication                                                 in   403  403  403  403  403  403  403  200
POST /configuration/publication                                                 in   403  403  403  403  403  403  403  303
GET  /configuration/extensions/<name>                                           in   403  403  403  403  403  403  403  200
GET  /configuration/extensions/<name>#unknown                                   in   403  403  403  403  403  403  403  404
GET  /configuration/extensions/<name>/desactiver                                in   403  403  403  403  403  403  403  200
POST /configuration/extensions/redemarrer                                       in   403  403  403  403  403  403  403  303
POST /configuration/extensions/<name>/migrer                                    in   403  403  403  403  403  403  403  303
POST /configuration/extensions/<name>/reprendre                                 in   403  403  403  403  403  403  403  303
GET  /configuration/extensions/<name>/purger                                    in   403  403  403  403  403  403  403  409
POST /configuration/extensions/<name>/purger                                    in   403  403  403  403  403  403  403  409
GET  /configuration/extensions/<name>/reglages/<page>                           in   403  403  403  403  403  403  403  404
POST /configuration/extensions/<name>/reglages/<page>                           401  403  403  403  403  403  403  403  404
GET  /configuration/roles                                                       in   403  403  403  403  403  403  403  200
POST /configuration/roles                                                       in   403  403  403  403  403  403  403  409
POST /configuration/roles/nouveau                                               401  403  403  403  403  403  403  403  303
GET  /configuration/roles/<key>                                                 in   403  403  403  403  403  403  403  200
POST /configuration/roles/<key>                                                 401  403  403  403  403  403  403  403  303
POST /configuration/roles/<key>/<any(archiver,reprendre):what>                  in   403  403  403  403  403  403  403  303
POST /configuration/roles/<key>/<any(archiver,reprendre):what>#builtin          in   403  403  403  403  403  403  403  409
GET  /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>            in  403 403 403 403 403 403 200 200
GET  /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#territory  in  403 403 403 403 403 403 200 200
GET  /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#story      in  404 404 404 404 404 200 404 200
GET  /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#draft      in  404 404 404 404 404 404 404 200
POST /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>            401 403 403 403 403 403 403 303 303
POST /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#territory  401 403 403 403 403 403 403 422 303
POST /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#story      401 404 404 404 404 404 303 404 303
POST /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>/retirer    in  403 403 403 403 403 403 303 303
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>  in 404 404 404 404 404 200 404 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#draft  in 404 404 404 404 404 404 404 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#passage  in 404 404 404 404 404 200 404 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#own  in 404 404 404 404 404 404 404 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#moment  in 404 404 404 404 404 404 404 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#image  in 404 404 404 404 404 404 404 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#page  in 403 403 403 403 403 403 403 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#programme  in 403 403 403 403 403 403 403 200
GET  /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#territory  in 403 403 403 403 403 403 403 200
GET  /configuration/restrictions                                                in   403  403  403  403  403  403  403  200
POST /configuration/restrictions                                                401  403  403  403  403  403  403  403  303
POST /configuration/restrictions/<id:restriction_id>/lever                      in   403  403  403  403  403  403  403  303
GET  /configuration/identite                                                    in   403  403  403  403  403  403  403  200
POST /configuration/identite                                                    401  403  403  403  403  403  403  403  303
GET  /configuration/logo                                                        in   403  403  403  403  403  403  403  200
POST /configuration/logo                                                        401  403  403  403  403  403  403  403  422
POST /configuration/logo/retirer                                                in   403  403  403  403  403  403  403  303
GET  /configuration/couleurs                                                    in   403  403  403  403  403  403  403  200
POST /configuration/couleurs                                                    in   403  403  403  403  403  403  403  422
POST /configuration/couleurs/origine                                            in   403  403  403  403  403  403  403  303
GET  /configuration/courrier                                                    in   403  403  403  403  403  403  403  200
GET  /configuration/courrier/<id:message_id>                                    in   403  403  403  403  403  403  403  200

GET  /communication/frise/                                                      200  200  200  200  200  200  200  200  200
GET  /communication/frise/<slug:slug>                                           200  200  200  200  200  200  200  200  200
GET  /communication/frise/<slug:slug>#unknown                                   404  404  404  404  404  404  404  404  404

GET  /communication/lectures-croisees/                                          200  200  200  200  200  200  200  200  200
GET  /communication/lectures-croisees/passages                                  200  200  200  200  200  200  200  200  200

GET  /communication/lettre                                                      200  200  200  200  200  200  200  200  200
POST /communication/lettre                                                      200  200  200  200  200  200  200  200  200
GET  /communication/lettre/confirmer/<token>                                    200  200  200  200  200  200  200  200  200
GET  /communication/lettre/confirmer/<token>#guessed                            404  404  404  404  404  404  404  404  404
POST /communication/lettre/confirmer/<token>                                    200  200  200  200  200  200  200  200  200
GET  /communication/lettre/fin/<key>                                            200  200  200  200  200  200  200  200  200
POST /communication/lettre/fin/<key>                                            200  200  200  200  200  200  200  200  200
POST /communication/lettre/fin/<key>#guessed                                    200  200  200  200  200  200  200  200  200
GET  /communication/lettre/numeros/<slug:slug>                                  200  200  200  200  200  200  200  200  200
GET  /communication/lettre/numeros/<slug:slug>#draft                            404  404  404  404  404  404  404  404  404
GET  /communication/lettre/gestion                                              in   403  403  403  403  403  403  403  200
POST /communication/lettre/gestion                                              401  403  403  403  403  403  403  403  303
GET  /communication/lettre/abonnements                                          in   403  403  403  403  403  403  403  200
POST /communication/lettre/abonnements/<id:subscriber_id>/effacer               in   403  403  403  403  403  403  403  303
GET  /communication/lettre/gestion/<id:issue_id>                                in   403  403  403  403  403  403  403  200
POST /communication/lettre/gestion/<id:issue_id>                                401  403  403  403  403  403  403  403  303
POST /communication/lettre/gestion/<id:issue_id>/recits                         in   403  403  403  403  403  403  403  303
POST /communication/lettre/gestion/<id:issue_id>/recits/<id:story_id>/<any(haut,bas,retirer):where> in 403 403 403 403 403 403 403 303
POST /communication/lettre/gestion/<id:issue_id>/supprimer                      in   403  403  403  403  403  403  403  303
GET  /communication/lettre/gestion/<id:issue_id>/apercu                         in   403  403  403  403  403  403  403  200
GET  /communication/lettre/gestion/<id:issue_id>/apercu/html                    in   403  403  403  403  403  403  403  200
POST /communication/lettre/gestion/<id:issue_id>/essai                          in   403  403  403  403  403  403  403  303
POST /communication/lettre/gestion/<id:issue_id>/envoyer                        in   403  403  403  403  403  403  403  303

GET  /communication/questions                                                   in   403  403  403  403  403  200  403  200
GET  /communication/carnet                                                      in   200  200  200  200  200  200  200  200
GET  /communication/carnet/corbeille                                            in   200  200  200  200  200  200  200  200
GET  /communication/carnet/nouvelle                                             in   200  200  200  200  200  200  200  200
POST /communication/carnet/nouvelle                                             401  303  303  303  303  303  303  303  303
GET  /communication/carnet/<id:trace_id>                                        in   200  404  404  404  404  404  404  404
POST /communication/carnet/<id:trace_id>                                        401  303  404  404  404  404  404  404  404
POST /communication/carnet/<id:trace_id>/<any(corbeille,restaurer):what>        in   303  404  404  404  404  404  404  404
POST /communication/carnet/<id:trace_id>/effacer                                in   303  404  404  404  404  404  404  404
GET  /communication/carnet/passage                                              in   200  200  200  200  200  200  200  200
POST /communication/carnet/passage                                              401  303  404  404  404  404  404  404  404
GET  /communication/relecture/<id:story_id>/grille                              in   403  403  403  403  403  200  403  403
POST /communication/relecture/<id:story_id>/grille                              401  403  403  403  403  403  303  403  403
GET  /communication/grille                                                      in   403  403  403  403  403  200  403  200
POST /communication/grille                                                      401  403  403  403  403  403  303  403  303
GET  /communication/grille/<id:criterion_id>                                    in   403  403  403  403  403  200  403  200
POST /communication/grille/<id:criterion_id>                                    401  403  403  403  403  403  303  403  303
POST /communication/grille/<id:criterion_id>/<any(masquer,montrer):what>        in   403  403  403  403  403  303  403  303
GET  /communication/questions/jeux/nouveau                                      in   403  403  403  403  403  200  403  200
POST /communication/questions/jeux/nouveau                                      401  403  403  403  403  403  303  403  303
GET  /communication/questions/jeux/<id:set_id>                                  in   403  403  403  403  403  200  403  200
POST /communication/questions/jeux/<id:set_id>                                  401  403  403  403  403  403  303  403  303
POST /communication/questions/jeux/<id:set_id>/<any(activer,desactiver,monter,descendre):what> in 403 403 403 403 403 303 403 303
GET  /communication/recits/<id:story_id>/voix-manquantes                        in   200  200  200  404  404  404  404  404
POST /communication/recits/<id:story_id>/voix-manquantes                        401  303  303  303  404  404  404  404  404
POST /communication/recits/<id:story_id>/voix-manquantes#submitted              401  409  409  409  404  404  404  404  404
POST /communication/questions                                                   401  403  403  403  403  403  303  403  303
GET  /communication/questions/<id:prompt_id>                                    in   403  403  403  403  403  200  403  200
POST /communication/questions/<id:prompt_id>                                    401  403  403  403  403  403  303  403  303
POST /communication/questions/<id:prompt_id>/<any(masquer,montrer,valider,monter,descendre):what> in   403  403  403  403  403  303  403  303
"""

# What a line puts into its address ("name=place") and into its form; a place is a name of `Places.ids`, other values stand as they are.
SEND: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "GET /recits/<slug:slug>": ({"slug": "@published.slug"}, {}),
    "GET /recits/<slug:slug>#draft": ({"slug": "@writing.slug"}, {}),
    "GET /recits/<slug:slug>#submitted": ({"slug": "@submitted.slug"}, {}),
    "GET /recits/<slug:slug>#withdrawn": ({"slug": "@withdrawn.slug"}, {}),
    "GET /recits/<slug:slug>/au-fil": ({"slug": "@published.slug"}, {}),
    "GET /recits/<slug:slug>/au-fil#draft": ({"slug": "@writing.slug"}, {}),
    "GET /recits/<slug:slug>/en-regard": ({"slug": "@published.slug"}, {}),
    "GET /recits/<slug:slug>/en-regard#draft": ({"slug": "@writing.slug"}, {}),
    "GET /recits/<slug:slug>/une-voix": ({"slug": "@published.slug"}, {}),
    "GET /recits/<slug:slug>/une-voix#draft": ({"slug": "@writing.slug"}, {}),
    "GET /recits/<slug:slug>/une-voix/<slug:category>": ({"slug": "@published.slug", "category": "elu-e"}, {}),
    "GET /recits/<slug:slug>/une-voix/<slug:category>#draft": ({"slug": "@writing.slug", "category": "elu-e"}, {}),
    "GET /territoires/<slug:slug>": ({"slug": "pays-de-brumeval"}, {}),
    "GET /identite/<seal>.css": ({"seal": "0" * 12}, {}),
    "GET /identite/logo/<hash:content_hash>/<width:width>.webp": ({"content_hash": "@private.hash", "width": "480"}, {}),
    "POST /configuration/identite": ({}, {"title": "Nos récits", "director": "Une personne"}),
    "POST /configuration/logo": ({}, {"alt": "Un nœud"}),
    "POST /configuration/couleurs": ({}, {"light-ink": "#999999"}),
    "GET /media/<hash:content_hash>/<width:width>.webp": ({"content_hash": "@private.hash", "width": "480"}, {}),
    "GET /media/<hash:content_hash>/<width:width>.webp#public": ({"content_hash": "@public.hash", "width": "480"}, {}),
    "POST /connexion": ({}, {"email": "personne@exemple.test", "password": "@password"}),
    "POST /connexion/lien": ({}, {"email": "personne@exemple.test"}),
    "POST /connexion/oubli": ({}, {"email": "personne@exemple.test"}),
    "GET /connexion/lien/<token>": ({"token": "@link"}, {}),
    "POST /connexion/lien/<token>": ({"token": "@link"}, {}),
    "GET /connexion/mot-de-passe/<token>": ({"token": "@reset"}, {}),
    "POST /connexion/mot-de-passe/<token>": ({"token": "@reset"}, {"password": "une autre phrase"}),
    "GET /invitation/<token>": ({"token": "@invitation"}, {}),
    "POST /invitation/<token>": ({"token": "@invitation"}, {"name": "Invitée", "password": "une autre phrase"}),
    "POST /compte": ({}, {"name": "Un nom", "lang": "fr"}),
    "POST /compte/messages": ({}, {"digest": "at_once"}),
    "POST /compte/mot-de-passe": ({}, {"current": "@password", "password": "une autre phrase"}),
    "POST /compte/sessions/<id:session_id>/terminer": ({"session_id": "@session"}, {}),
    "*/espace/delegations/<id:delegation_id>/recits/nouveau": ({"delegation_id": "@brumeval"}, {"title": "Un titre", "standfirst": ""}),
    "GET /espace/delegations/<id:delegation_id>/corbeille": ({"delegation_id": "@brumeval"}, {}),
    "GET /espace/delegations/<id:delegation_id>/parcours": ({"delegation_id": "@brumeval"}, {}),
    "*/espace/delegations/<id:delegation_id>/parcours/nouveau": ({"delegation_id": "@brumeval"}, {"title": "Un jour", "date": "mai 2022"}),
    "GET /espace/recits/<id:story_id>": ({"story_id": "@writing"}, {}),
    "GET /espace/recits/<id:story_id>#submitted": ({"story_id": "@submitted"}, {}),
    "GET /espace/recits/<id:story_id>#published": ({"story_id": "@published"}, {}),
    "GET /espace/recits/<id:story_id>#trashed": ({"story_id": "@trashed"}, {}),
    "*/espace/recits/<id:story_id>/titre": ({"story_id": "@writing"}, {"title": "Un autre titre", "standfirst": "Deux mots."}),
    "POST /espace/recits/<id:story_id>/titre#submitted": ({"story_id": "@submitted"}, {"title": "Un autre titre"}),
    "POST /espace/recits/<id:story_id>/proposer": ({"story_id": "@writing"}, {}),
    "POST /espace/recits/<id:story_id>/proposer#ready": ({"story_id": "@ready"}, {}),
    "POST /espace/recits/<id:story_id>/proposer#submitted": ({"story_id": "@submitted"}, {}),
    "POST /espace/recits/<id:story_id>/rouvrir": ({"story_id": "@writing"}, {}),
    "POST /espace/recits/<id:story_id>/rouvrir#submitted": ({"story_id": "@submitted"}, {}),
    "POST /espace/recits/<id:story_id>/passages": ({"story_id": "@writing"}, {"moment": "@untold", "voice": "@helene"}),
    "POST /espace/recits/<id:story_id>/passages#shared": ({"story_id": "@writing"}, {"moment": "@untold", "voice": ""}),
    "POST /espace/recits/<id:story_id>/corbeille": ({"story_id": "@writing"}, {}),
    "POST /espace/recits/<id:story_id>/corbeille#submitted": ({"story_id": "@submitted"}, {}),
    "POST /espace/recits/<id:story_id>/corbeille#published": ({"story_id": "@published"}, {}),
    "POST /espace/recits/<id:story_id>/restaurer": ({"story_id": "@trashed"}, {}),
    "*/espace/recits/<id:story_id>/images": ({"story_id": "@writing"}, {"alt": "Une cour", "credit": "Hélène, 2022"}),
    "POST /espace/images/<id:media_id>/<any(corbeille,restaurer):what>": ({"media_id": "@image", "what": "corbeille"}, {}),
    "POST /espace/images/<id:media_id>/<any(corbeille,restaurer):what>#restore": ({"media_id": "@old_image", "what": "restaurer"}, {}),
    "POST /espace/recits/<id:story_id>/moments/<id:moment_id>/deplacer/<any(haut,bas):where>": (
        {"story_id": "@writing", "moment_id": "@vote", "where": "haut"},
        {},
    ),
    "*/espace/recits/<id:story_id>/moments/<id:moment_id>/voix-manquante/<category>": (
        {"story_id": "@writing", "moment_id": "@vote", "category": "state_agent"},
        {"reason": "Le poste était vacant."},
    ),
    "GET /espace/passages/<id:passage_id>": ({"passage_id": "@passage"}, {}),
    "GET /espace/passages/<id:passage_id>#submitted": ({"passage_id": "@submitted.passage"}, {}),
    "POST /espace/passages/<id:passage_id>": ({"passage_id": "@passage"}, {"body": "Autre chose.", "base": "@revision", "prompt": ""}),
    "POST /espace/passages/<id:passage_id>#preview": ({"passage_id": "@passage"}, {"body": "Autre chose.", "preview": "1"}),
    "POST /espace/passages/<id:passage_id>#shared": ({"passage_id": "@shared"}, {"body": "Autre chose.", "base": "@shared.revision"}),
    "POST /espace/passages/<id:passage_id>#signed": ({"passage_id": "@signed"}, {"body": "Autre chose.", "base": "@signed.revision"}),
    "POST /espace/passages/<id:passage_id>/brouillon": ({"passage_id": "@passage"}, {"body": "Un brouillon.", "base": "@revision"}),
    "POST /espace/passages/<id:passage_id>/brouillon/abandonner": ({"passage_id": "@passage"}, {}),
    "POST /espace/passages/<id:passage_id>/apercu": ({"passage_id": "@passage"}, {"body": "Un **aperçu**."}),
    "POST /espace/passages/<id:passage_id>/deplacer/<any(haut,bas):where>": ({"passage_id": "@passage", "where": "bas"}, {}),
    "POST /espace/passages/<id:passage_id>/corbeille": ({"passage_id": "@passage"}, {}),
    "POST /espace/passages/<id:passage_id>/restaurer": ({"passage_id": "@trashed.passage"}, {}),
    "GET /espace/passages/<id:passage_id>/signer": ({"passage_id": "@passage"}, {}),
    "POST /espace/passages/<id:passage_id>/signer": ({"passage_id": "@passage"}, {"voice": "@helene", "hash": "@revision.hash"}),
    "POST /espace/passages/<id:passage_id>/signer#shared": ({"passage_id": "@shared"}, {"voice": "@helene", "hash": "@shared.hash"}),
    "POST /espace/passages/<id:passage_id>/rouvrir": ({"passage_id": "@signed"}, {}),
    "POST /espace/passages/<id:passage_id>/retirer-signature": ({"passage_id": "@signed"}, {"voice": "@helene"}),
    "GET /espace/recits/<id:story_id>/plan": ({"story_id": "@writing"}, {}),
    "GET /espace/recits/<id:story_id>/plan#submitted": ({"story_id": "@submitted"}, {}),
    "GET /espace/passages/<id:passage_id>/pied": ({"passage_id": "@passage"}, {}),
    "POST /espace/passages/<id:passage_id>/question": ({"passage_id": "@passage"}, {"prompt": ""}),
    "GET /espace/passages/<id:passage_id>/marge": ({"passage_id": "@passage"}, {}),
    "GET /espace/passages/<id:passage_id>/marge#submitted": ({"passage_id": "@submitted.passage"}, {}),
    "POST /espace/passages/<id:passage_id>/fils": ({"passage_id": "@passage"}, {"body": "Une date ?", "about": "Un second jet."}),
    "POST /espace/passages/<id:passage_id>/fils#submitted": ({"passage_id": "@submitted.passage"}, {"body": "Une date ?"}),
    "POST /espace/passages/<id:passage_id>/fils/<id:thread_id>/repondre": (
        {"passage_id": "@passage", "thread_id": "@thread"},
        {"body": "En mai."},
    ),
    "POST /espace/passages/<id:passage_id>/fils/<id:thread_id>/<any(regler,rouvrir):what>": (
        {"passage_id": "@passage", "thread_id": "@thread", "what": "regler"},
        {},
    ),
    "POST /espace/passages/<id:passage_id>/commentaires/<id:comment_id>": (
        {"passage_id": "@passage", "comment_id": "@thread.comment"},
        {"body": "Quelle date ?"},
    ),
    "POST /espace/passages/<id:passage_id>/mentions/vues": ({"passage_id": "@passage"}, {}),
    "POST /espace/passages/<id:passage_id>/proposer": ({"passage_id": "@passage"}, {"about": "Un second jet.", "words": "Un jet de plus."}),
    "POST /espace/passages/<id:passage_id>/suggestions/<mark:suggestion_id>/<any(accepter,refuser,reprendre):what>": (
        {"passage_id": "@passage", "suggestion_id": "jamais-proposee", "what": "accepter"},
        {},
    ),
    "POST /espace/passages/<id:passage_id>/suggestions/<mark:suggestion_id>/<any(accepter,refuser,reprendre):what>#gone": (
        {"passage_id": "@passage", "suggestion_id": "@suggestion", "what": "refuser"},
        {},
    ),
    "POST /espace/passages/<id:passage_id>/suggestions/<mark:suggestion_id>/<any(accepter,refuser,reprendre):what>#back": (
        {"passage_id": "@passage", "suggestion_id": "@suggestion", "what": "reprendre"},
        {},
    ),
    "POST /espace/passages/<id:passage_id>/suggestions/toutes/<any(accepter,refuser):what>": (
        {"passage_id": "@passage", "what": "refuser"},
        {},
    ),
    "GET /espace/passages/<id:passage_id>/versions": ({"passage_id": "@passage"}, {}),
    "POST /espace/passages/<id:passage_id>/versions/<id:revision_id>/restaurer": (
        {"passage_id": "@passage", "revision_id": "@old_revision"},
        {},
    ),
    "POST /espace/passages/<id:passage_id>/versions/<id:revision_id>/nommer": (
        {"passage_id": "@passage", "revision_id": "@old_revision"},
        {"name": "avant"},
    ),
    "*/espace/moments/<id:moment_id>": ({"moment_id": "@untold"}, {"title": "Un jour", "date": "mai 2022"}),
    "POST /espace/moments/<id:moment_id>/corbeille": ({"moment_id": "@untold"}, {}),
    "POST /espace/moments/<id:moment_id>/corbeille#told": ({"moment_id": "@vote"}, {}),
    "POST /espace/moments/<id:moment_id>/restaurer": ({"moment_id": "@trashed.moment"}, {}),
    "*/espace/moments/<id:moment_id>/position/<id:voice_id>": (
        {"moment_id": "@vote", "voice_id": "@helene"},
        {"stance": "nuance", "note": "Pas tout à fait."},
    ),
    "*/espace/voix/<id:voice_id>": ({"voice_id": "@helene"}, {"display": "function", "function": "maire"}),
    "POST /espace/voix/<id:voice_id>/scribe": ({"voice_id": "@helene"}, {"email": "scribe@exemple.test"}),
    "GET /relecture/<id:story_id>": ({"story_id": "@submitted"}, {}),
    "GET /relecture/<id:story_id>#draft": ({"story_id": "@writing"}, {}),
    "GET /relecture/<id:story_id>#published": ({"story_id": "@published"}, {}),
    "POST /relecture/<id:story_id>/prendre": ({"story_id": "@submitted"}, {}),
    "POST /relecture/<id:story_id>/prendre#draft": ({"story_id": "@writing"}, {}),
    "POST /relecture/<id:story_id>/accord": ({"story_id": "@in_review"}, {"hash": "@in_review.hash"}),
    "POST /relecture/<id:story_id>/accord#draft": ({"story_id": "@writing"}, {"hash": "0"}),
    "GET /configuration/extensions/<name>": ({"name": "communication"}, {}),
    "GET /configuration/extensions/<name>#unknown": ({"name": "inconnue"}, {}),
    "GET /configuration/extensions/<name>/desactiver": ({"name": "communication"}, {}),
    "POST /configuration/extensions/redemarrer": ({}, {}),
    "POST /configuration/extensions/<name>/migrer": ({"name": "communication"}, {}),
    "POST /configuration/extensions/<name>/reprendre": ({"name": "communication"}, {}),
    "*/configuration/extensions/<name>/purger": ({"name": "communication"}, {"typed": "communication"}),
    "POST /configuration/publication": ({}, {"minimum_voices": "3", "explain_missing": "y"}),
    "*/configuration/extensions/<name>/reglages/<page>": ({"name": "communication", "page": "nulle-part"}, {}),
    "POST /relecture/<id:story_id>/rendre": ({"story_id": "@in_review"}, {"reasons": "Dites où."}),
    "POST /relecture/<id:story_id>/rendre#draft": ({"story_id": "@writing"}, {"reasons": "Dites où."}),
    "POST /relecture/<id:story_id>/publier": ({"story_id": "@in_review"}, {"hash": "@in_review.hash"}),
    "POST /relecture/<id:story_id>/publier#submitted": ({"story_id": "@submitted"}, {"hash": "@submitted.hash"}),
    "POST /relecture/<id:story_id>/publier#draft": ({"story_id": "@writing"}, {"hash": "0" * 64}),
    "POST /relecture/<id:story_id>/depublier": ({"story_id": "@published"}, {"reasons": "Une erreur."}),
    "POST /relecture/<id:story_id>/themes": ({"story_id": "@published"}, {"themes": "@theme"}),
    "POST /relecture/<id:story_id>/themes#draft": ({"story_id": "@writing"}, {"themes": "@theme"}),
    "POST /relecture/<id:story_id>/commentaires": ({"story_id": "@submitted"}, {"body": "Un mot.", "passage": "@submitted.passage"}),
    "POST /relecture/<id:story_id>/commentaires#draft": ({"story_id": "@writing"}, {"body": "Un mot."}),
    "POST /relecture/<id:story_id>/fils/<id:thread_id>/repondre": ({"story_id": "@submitted", "thread_id": "@review"}, {"body": "Ici."}),
    "POST /relecture/<id:story_id>/fils/<id:thread_id>/repondre#returned": (
        {"story_id": "@returned", "thread_id": "@returned.review"},
        {"body": "Ici."},
    ),
    "POST /relecture/<id:story_id>/fils/<id:thread_id>/repondre#margin": (
        {"story_id": "@returned", "thread_id": "@returned.thread"},
        {"body": "Ici."},
    ),
    "POST /relecture/<id:story_id>/fils/<id:thread_id>/<any(regler,rouvrir):what>": (
        {"story_id": "@submitted", "thread_id": "@review", "what": "regler"},
        {},
    ),
    "POST /relecture/<id:story_id>/fils/<id:thread_id>/<any(regler,rouvrir):what>#margin": (
        {"story_id": "@returned", "thread_id": "@returned.thread", "what": "regler"},
        {},
    ),
    "POST /relecture/<id:story_id>/commentaires/<id:comment_id>": (
        {"story_id": "@submitted", "comment_id": "@review.comment"},
        {"body": "Voici exactement où."},
    ),
    "POST /configuration/personnes": ({}, {"name": "Une", "email": "une@exemple.test", "role": "editor"}),
    "GET /configuration/personnes/<id:account_id>": ({"account_id": "@account"}, {}),
    "POST /configuration/personnes/<id:account_id>/roles": ({"account_id": "@account"}, {"roles": "editor"}),
    "POST /configuration/personnes/<id:account_id>/<any(fermer,rouvrir):what>": ({"account_id": "@other_account", "what": "fermer"}, {}),
    "POST /configuration/invitations/<id:invitation_id>/annuler": ({"invitation_id": "@role_invitation"}, {}),
    "POST /configuration/invitations/<id:invitation_id>/annuler#voice": ({"invitation_id": "@voice_invitation"}, {}),
    "POST /configuration/invitations/<id:invitation_id>/annuler#unknown": ({"invitation_id": "0" * 20}, {}),
    "POST /configuration/programmes": ({}, {"name": "Un programme de plus", "description": ""}),
    "*/configuration/programmes/<id:programme_id>": ({"programme_id": "@programme"}, {"name": "Un nom", "description": ""}),
    "POST /configuration/programmes/<id:programme_id>/phases": ({"programme_id": "@programme"}, {"name": "Une phase", "description": ""}),
    "POST /configuration/programmes/<id:programme_id>/chantiers": (
        {"programme_id": "@programme"},
        {"name": "Un chantier", "kind": "thematic"},
    ),
    "POST /configuration/mediatheque": ({}, {"alt": "Une halle", "credit": "Hélène, 2022"}),
    "*/configuration/mediatheque/<id:media_id>": ({"media_id": "@library_image"}, {"alt": "Une halle", "credit": "Hélène, 2022"}),
    "GET /configuration/mediatheque/<id:media_id>#draft": ({"media_id": "@image"}, {}),
    "POST /configuration/mediatheque/<id:media_id>#draft": ({"media_id": "@image"}, {"alt": "Une halle", "credit": "Hélène, 2022"}),
    "POST /configuration/mediatheque/<id:media_id>/corbeille": ({"media_id": "@library_image"}, {}),
    "POST /configuration/mediatheque/<id:media_id>/corbeille#draft": ({"media_id": "@image"}, {}),
    "POST /configuration/mediatheque/<id:media_id>/restaurer": ({"media_id": "@old_library_image"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer": ({"kind": "story", "thing_id": "@trashed"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#passage": ({"kind": "passage", "thing_id": "@trashed.passage"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#moment": ({"kind": "moment", "thing_id": "@trashed.moment"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#image": ({"kind": "image", "thing_id": "@old_image"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#library": ({"kind": "image", "thing_id": "@old_library_image"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#theme": ({"kind": "theme", "thing_id": "@trashed_theme"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#page": ({"kind": "page", "thing_id": "@page.trashed"}, {}),
    "POST /configuration/corbeille/<kind>/<id:thing_id>/restaurer#unknown": ({"kind": "compte", "thing_id": "@trashed"}, {}),
    "POST /configuration/themes": ({}, {"name": "Un thème de plus"}),
    "*/configuration/themes/<id:theme_id>": ({"theme_id": "@theme"}, {"name": "Un autre nom"}),
    "POST /configuration/themes/<id:theme_id>/deplacer/<any(haut,bas):where>": ({"theme_id": "@theme", "where": "haut"}, {}),
    "POST /configuration/themes/<id:theme_id>/fusionner": ({"theme_id": "@theme"}, {"into": "@used_theme"}),
    "POST /configuration/themes/<id:theme_id>/corbeille": ({"theme_id": "@theme"}, {}),
    "POST /configuration/themes/<id:theme_id>/corbeille#used": ({"theme_id": "@used_theme"}, {}),
    "POST /configuration/themes/<id:theme_id>/restaurer": ({"theme_id": "@trashed_theme"}, {}),
    "POST /configuration/territoires": ({}, {"name": "Un territoire", "nature": "Pays", "description": "Ici."}),
    "*/configuration/territoires/<id:territory_id>": ({"territory_id": "@territory"}, {"name": "Un nom", "description": "Là."}),
    "POST /configuration/territoires/<id:territory_id>/delegations/<id:programme_id>": (
        {"territory_id": "@territory", "programme_id": "@second_programme"},
        {},
    ),
    "GET /configuration/delegations/<id:delegation_id>": ({"delegation_id": "@brumeval"}, {}),
    "POST /configuration/sieges/<id:seat_id>": (
        {"seat_id": "@free_seat"},
        {"name": "Une personne", "function": "maire", "start": "mai 2022"},
    ),
    "POST /configuration/voix/<id:voice_id>/mandat": ({"voice_id": "@karim"}, {"start": "2021-09-01", "end": ""}),
    "POST /configuration/voix/<id:voice_id>/inviter": ({"voice_id": "@free_voice"}, {"email": "une@exemple.test"}),
    "POST /configuration/extensions/<name>/<any(activer,desactiver):what>": ({"name": "communication", "what": "desactiver"}, {}),
    "GET /<page:path>": ({"path": "methode"}, {}),
    "GET /<page:path>#private": ({"path": "une-page-en-ecriture"}, {}),
    "GET /<page:path>#moved": ({"path": "une-vieille-adresse"}, {}),
    "GET /<page:path>#trashed": ({"path": "une-page-jetee"}, {}),
    "POST /configuration/pages/nouvelle": ({}, {"title": "Une page de plus", "lang": "fr", "parent": "", "type": "page", "slug": ""}),
    "GET /configuration/pages/<id:page_id>": ({"page_id": "@page"}, {}),
    "GET /configuration/pages/<id:page_id>#trashed": ({"page_id": "@page.trashed"}, {}),
    "POST /configuration/pages/<id:page_id>/adresse": ({"page_id": "@page"}, {"parent": "", "slug": "un-autre-mot"}),
    "POST /configuration/pages/<id:page_id>/deplacer/<any(haut,bas):where>": ({"page_id": "@page", "where": "haut"}, {}),
    "*/configuration/pages/<id:page_id>/corbeille": ({"page_id": "@page"}, {}),
    "POST /configuration/pages/<id:page_id>/corbeille#public": ({"page_id": "@page.public"}, {}),
    "POST /configuration/pages/<id:page_id>/restaurer": ({"page_id": "@page.trashed"}, {}),
    "GET /configuration/pages/<id:page_id>/<any(fr,en):lang>": ({"page_id": "@page", "lang": "fr"}, {}),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>": (
        {"page_id": "@page", "lang": "fr"},
        {"title": "Un titre", "standfirst": "", "body": "Des mots.", "base": "@page.version"},
    ),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>#preview": (
        {"page_id": "@page", "lang": "fr"},
        {"title": "Un titre", "body": "Des mots.", "preview": "1"},
    ),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>#other": (
        {"page_id": "@page", "lang": "fr"},
        {"title": "Un titre", "body": "Des mots.", "base": ""},
    ),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>": (
        {"page_id": "@page", "lang": "fr", "step": "proposer"},
        {},
    ),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>#back": (
        {"page_id": "@page.proposed", "lang": "fr", "step": "reprendre"},
        {},
    ),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>#publish": (
        {"page_id": "@page.proposed", "lang": "fr", "step": "publier"},
        {"hash": "@page.proposed.hash"},
    ),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/<any(proposer,reprendre,publier):step>#unseen": (
        {"page_id": "@page.proposed", "lang": "fr", "step": "publier"},
        {"hash": "0" * 64},
    ),
    "*/configuration/pages/<id:page_id>/<any(fr,en):lang>/depublier": ({"page_id": "@page.public", "lang": "fr"}, {}),
    "GET /configuration/pages/<id:page_id>/<any(fr,en):lang>/versions": ({"page_id": "@page", "lang": "fr"}, {}),
    "POST /configuration/pages/<id:page_id>/<any(fr,en):lang>/versions/<id:version_id>/restaurer": (
        {"page_id": "@page", "lang": "fr", "version_id": "@page.old_version"},
        {},
    ),
    "POST /configuration/menus": ({}, {"menu": "foot", "kind": "url", "url": "https://exemple.fr/", "title_fr": "Ailleurs"}),
    "*/configuration/menus/<id:entry_id>": ({"entry_id": "@entry"}, {"url": "", "title_fr": "Mots", "title_en": "Words"}),
    "POST /configuration/menus/<id:entry_id>/<any(haut,bas,retirer):what>": ({"entry_id": "@entry", "what": "bas"}, {}),
    "POST /configuration/roles": ({}, {"seen": "une page ouverte depuis longtemps", "grant": "editor|story.review"}),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>": (
        {"kind": "recit", "item_id": "@submitted"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#draft": (
        {"kind": "recit", "item_id": "@writing"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#passage": (
        {"kind": "passage", "item_id": "@submitted.passage"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#own": (
        {"kind": "passage", "item_id": "@passage"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#moment": (
        {"kind": "moment", "item_id": "@vote"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#image": (
        {"kind": "image", "item_id": "@image"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#page": (
        {"kind": "page", "item_id": "@page"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#programme": (
        {"kind": "programme", "item_id": "@programme"},
        {},
    ),
    "GET /configuration/qui-peut-quoi/<any(recit,passage,moment,image,page,programme,territoire):kind>/<id:item_id>#territory": (
        {"kind": "territoire", "item_id": "@territory"},
        {},
    ),
    "POST /configuration/restrictions": ({}, {"address": "@published.slug", "words": "Un nom à vérifier."}),
    "POST /configuration/restrictions/<id:restriction_id>/lever": ({"restriction_id": "@restriction"}, {}),
    "POST /configuration/roles/nouveau": ({}, {"title": "Animation", "description": "Anime les ateliers."}),
    "*/configuration/roles/<key>": ({"key": "@role"}, {"title": "Un autre nom", "description": ""}),
    "POST /configuration/roles/<key>/<any(archiver,reprendre):what>": ({"key": "@role", "what": "archiver"}, {}),
    "POST /configuration/roles/<key>/<any(archiver,reprendre):what>#builtin": ({"key": "editor", "what": "archiver"}, {}),
    "*/configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>": (
        {"kind": "programme", "place_id": "@programme"},
        {"email": "karim@exemple.test", "role": "organiser"},
    ),
    "GET /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#territory": (
        {"kind": "territoire", "place_id": "@territory"},
        {},
    ),
    "POST /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#territory": (
        {"kind": "territoire", "place_id": "@territory"},
        {"email": "karim@exemple.test", "role": "editor"},
    ),
    "GET /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#story": (
        {"kind": "recit", "place_id": "@submitted"},
        {},
    ),
    "POST /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#story": (
        {"kind": "recit", "place_id": "@submitted"},
        {"email": "karim@exemple.test", "role": "editor"},
    ),
    "GET /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>#draft": (
        {"kind": "recit", "place_id": "@writing"},
        {},
    ),
    "POST /configuration/partage/<any(programme,territoire,recit):kind>/<id:place_id>/retirer": (
        {"kind": "programme", "place_id": "@programme"},
        {"account": "@other_account", "role": "organiser"},
    ),
    "GET /configuration/courrier/<id:message_id>": ({"message_id": "@message"}, {}),
    "POST /communication/carnet/nouvelle": ({}, {"text": "Un mot entendu.", "date": "mai 2022"}),
    "*/communication/carnet/<id:trace_id>": ({"trace_id": "@trace"}, {"text": "Un autre mot."}),
    "POST /communication/carnet/<id:trace_id>/<any(corbeille,restaurer):what>": ({"trace_id": "@trace", "what": "corbeille"}, {}),
    "POST /communication/carnet/<id:trace_id>/effacer": ({"trace_id": "@trashed.trace"}, {}),
    "POST /communication/carnet/passage": ({}, {"story": "@writing", "moment": "@untold", "t": "@trace"}),
    "*/communication/relecture/<id:story_id>/grille": ({"story_id": "@submitted"}, {"version": "@submitted.hash"}),
    "POST /communication/grille": ({}, {"title": "Un humour", "explanation": "On sourit."}),
    "*/communication/grille/<id:criterion_id>": ({"criterion_id": "@criterion"}, {"title": "Un humour", "explanation": "On sourit."}),
    "POST /communication/grille/<id:criterion_id>/<any(masquer,montrer):what>": ({"criterion_id": "@criterion", "what": "masquer"}, {}),
    "POST /communication/questions/jeux/nouveau": ({}, {"name": "Un atelier", "programme": "", "format": ""}),
    "*/communication/questions/jeux/<id:set_id>": ({"set_id": "@prompt_set"}, {"name": "Un atelier", "programme": "", "format": ""}),
    "POST /communication/questions/jeux/<id:set_id>/<any(activer,desactiver,monter,descendre):what>": (
        {"set_id": "@prompt_set", "what": "desactiver"},
        {},
    ),
    "*/communication/recits/<id:story_id>/voix-manquantes": ({"story_id": "@writing"}, {"all-state_agent": "Vacant."}),
    "POST /communication/recits/<id:story_id>/voix-manquantes#submitted": ({"story_id": "@submitted"}, {"all-state_agent": "Vacant."}),
    "GET /communication/frise/<slug:slug>": ({"slug": "pays-de-brumeval"}, {}),
    "GET /communication/frise/<slug:slug>#unknown": ({"slug": "ailleurs"}, {}),
    "POST /communication/lettre": ({}, {"email": "lecteur@exemple.test", "page": "/communication/lettre"}),
    "*/communication/lettre/confirmer/<token>": ({"token": "@letter.token"}, {}),
    "GET /communication/lettre/confirmer/<token>#guessed": ({"token": "devine"}, {}),
    "*/communication/lettre/fin/<key>": ({"key": "@letter.key"}, {}),
    "POST /communication/lettre/fin/<key>#guessed": ({"key": "devine"}, {}),
    "GET /communication/lettre/numeros/<slug:slug>": ({"slug": "@issue.sent.slug"}, {}),
    "GET /communication/lettre/numeros/<slug:slug>#draft": ({"slug": "@issue.slug"}, {}),
    "POST /communication/lettre/gestion": ({}, {"title": "Un numéro"}),
    "POST /communication/lettre/abonnements/<id:subscriber_id>/effacer": ({"subscriber_id": "@subscriber"}, {}),
    "*/communication/lettre/gestion/<id:issue_id>": ({"issue_id": "@issue"}, {"title": "Un autre objet", "introduction": "Bonjour."}),
    "POST /communication/lettre/gestion/<id:issue_id>/recits": ({"issue_id": "@issue"}, {"story": "@published"}),
    "POST /communication/lettre/gestion/<id:issue_id>/recits/<id:story_id>/<any(haut,bas,retirer):where>": (
        {"issue_id": "@issue", "story_id": "@published", "where": "bas"},
        {},
    ),
    "POST /communication/lettre/gestion/<id:issue_id>/supprimer": ({"issue_id": "@issue"}, {}),
    "GET /communication/lettre/gestion/<id:issue_id>/apercu": ({"issue_id": "@issue"}, {}),
    "GET /communication/lettre/gestion/<id:issue_id>/apercu/html": ({"issue_id": "@issue"}, {}),
    "POST /communication/lettre/gestion/<id:issue_id>/essai": ({"issue_id": "@issue"}, {}),
    "POST /communication/lettre/gestion/<id:issue_id>/envoyer": ({"issue_id": "@issue"}, {}),
    "POST /communication/questions": ({}, {"text": "Qu’avez-vous appris ?", "phase": "", "category": ""}),
    "*/communication/questions/<id:prompt_id>": ({"prompt_id": "@prompt"}, {"text": "Qu’avez-vous appris ?"}),
    "POST /communication/questions/<id:prompt_id>/<any(masquer,montrer,valider,monter,descendre):what>": (
        {"prompt_id": "@prompt", "what": "masquer"},
        {},
    ),
}


@dataclass(frozen=True)
class Line:
    """One line of the table: `key` is its method, rule and words after `#`."""

    method: str
    rule: str
    case: str
    cells: dict[str, str]

    @property
    def key(self) -> str:
        return f"{self.method} {self.rule}" + (f"#{self.case}" if self.case else "")

    @property
    def sends(self) -> tuple[dict[str, str], dict[str, str]]:
        """What goes into the address and into the form."""
        nothing: tuple[dict[str, str], dict[str, str]] = ({}, {})
        return SEND.get(self.key) or SEND.get(f"*{self.rule}", nothing)


def read_table() -> list[Line]:
    """Returns the lines of the table."""
    lines = []
    for row in TABLE.splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        method, rule, *cells = row.split()
        assert len(cells) == len(ROLES), row
        rule, _hash, case = rule.partition("#")
        lines.append(Line(method, rule, case, dict(zip(ROLES, cells, strict=True))))
    return lines


# — the places that the lines name —


@dataclass
class Places:
    """Ids, slugs, hashes and tokens by name."""

    ids: dict[str, str] = field(default_factory=dict)


def told_story(
    site: Site, world: World, title: str, state: str = "writing", voices: tuple[str, ...] = ("helene", "karim"), moment: str = "vote"
) -> str:
    """Makes a story told and signed by these voices of one delegation, and carries it to a state; returns its id."""
    delegation = world.delegations["valcendre" if voices[0].startswith("autre_") else "brumeval"]
    people = {name: actor(site, world, name) for name in voices}
    with site.writer.begin() as uow:
        story_id = stories.create_story(uow, people[voices[0]], delegation, title, "Un chapeau.").id
        for name, person in people.items():
            passage = passages.add_passage(uow, person, story_id, world.moments[moment], world.voices[name])
            written(uow, person, passage.id, f"Ce que {name} raconte de « {title} ».")
            sign(uow, person, passage.id, world.voices[name])
        _say_who_is_missing(uow, people[voices[0]], story_id, world.moments[moment])
    carry(site, world, story_id, state, people[voices[0]])
    return story_id


def _say_who_is_missing(uow: UnitOfWork, person: Actor, story_id: str, moment: str) -> None:
    """States a reason for each category that does not tell the moment, as the chantier Communication asks where it is on."""
    told = {voice for voice in uow.session.scalars(select(Passage.voice_id).where(Passage.story_id == story_id)) if voice}
    speaking = set(uow.session.scalars(select(Voice.category).where(Voice.id.in_(told))))
    for category in CATEGORIES:
        if category not in speaking:
            approvals.state_missing_voice(uow, person, story_id, moment, category, "Le siège était vacant.")


def written(uow: UnitOfWork, person: Actor, passage_id: str, text: str) -> PassageRevision:
    """Saves words in a passage."""
    base = uow.session.get_one(Passage, passage_id).revision_id
    saved = passages.save_passage(uow, person, passage_id, prepare_here(text, lang="fr"), None, base)
    assert isinstance(saved, PassageRevision)
    return saved


def sign(uow: UnitOfWork, person: Actor, passage_id: str, voice_id: str) -> None:
    """Signs a passage's present words."""
    row = uow.session.get_one(Passage, passage_id)
    approvals.sign_passage(uow, person, passage_id, voice_id, uow.session.get_one(PassageRevision, row.revision_id).hash)


# How to reach each state from writing: the steps, each by a member or by the editor.
WAYS = {
    "writing": (),
    "submitted": ("submit",),
    "in_review": ("submit", "start_review"),
    "changes_requested": ("submit", "start_review", "request_changes"),
    "published": ("submit", "start_review", "publish"),
    "unpublished": ("submit", "start_review", "publish", "unpublish"),
}
BASE_URL = "http://127.0.0.1:8000"


def carry(site: Site, world: World, story_id: str, state: str, member: Actor) -> None:
    """Takes a signed story to a state."""
    for name in WAYS[state]:
        person = member if name in ("submit", "reopen") else actor(site, world, "editrice")
        with site.writer.begin() as uow:
            take(uow, person, story_id, name)


def take(uow: UnitOfWork, person: Actor, story_id: str, name: str, reasons: str = "Parce que.") -> None:
    """Takes one step of the workflow, with what it needs."""
    if name == "submit":
        workflow.submit_story(uow, person, story_id, BASE_URL)
    elif name == "reopen":
        workflow.reopen_story(uow, person, story_id)
    elif name == "start_review":
        workflow.start_review(uow, person, story_id)
    elif name == "request_changes":
        workflow.request_changes(uow, person, story_id, reasons, BASE_URL)
    elif name == "publish":
        version = uow.session.get(StoryVersion, uow.session.get_one(Story, story_id).submitted_version_id or "")
        workflow.publish_story(uow, person, story_id, version.hash if version else "0" * 64, BASE_URL)
    else:
        workflow.unpublish_story(uow, person, story_id, reasons, BASE_URL)


def make_places(site: Site, world: World) -> Places:
    """Adds to the world one place of each kind that a line of the table needs."""
    ids: dict[str, str] = {}
    helene, karim, admin = (actor(site, world, name) for name in ("helene", "karim", "admin"))
    plugins.prepare_tables(site, None, "communication")
    with site.writer.begin() as uow:
        plugins.set_enabled(uow, admin, site.plugins, "communication", True)
    for name in ("submitted", "in_review", "published", "withdrawn", "ready", "returned"):
        state = {"withdrawn": "unpublished", "ready": "writing", "returned": "changes_requested"}.get(name, name)
        ids[name] = told_story(site, world, f"Le récit {name}", state)
    with site.writer.begin() as uow:
        ids["trashed"] = stories.create_story(uow, helene, world.delegations["brumeval"], "À la corbeille", "").id
        stories.delete_story(uow, helene, ids["trashed"])
        _working_copy(uow, world, (helene, karim, admin), ids)
        _exchanges(uow, helene, ids)
        _people(uow, site, world, admin, ids)
        _themes(uow, admin, helene, ids)
        _slugs_and_hashes(uow, ids)
        _pages(uow, admin, ids)
    ids.update(password="une phrase assez longue", brumeval=world.delegations["brumeval"], programme=world.programme)
    ids.update(helene=world.voices["helene"], karim=world.voices["karim"], vote=world.moments["vote"], untold=world.moments["tour"])
    return Places(ids)


def _working_copy(uow: UnitOfWork, world: World, people: tuple[Actor, Actor, Actor], ids: dict[str, str]) -> None:
    """The story that is being written: an unsigned, a signed, a shared and a trashed passage, images, a comment."""
    helene, karim, admin = people
    story = ids["writing"] = world.stories["legumerie"]
    passage = passages.add_passage(uow, helene, story, world.moments["vote"], world.voices["helene"])
    ids["passage"] = passage.id
    ids["old_revision"] = written(uow, helene, passage.id, "Un premier jet.").id
    revision = written(uow, helene, passage.id, "Un second jet.")
    ids["revision"], ids["revision.hash"] = revision.id, revision.hash
    thread = discussion.start_thread(uow, karim, passage.id, "Une date ?", mentioned=(helene.account,))
    ids["thread"] = thread.id
    ids["thread.comment"] = uow.session.scalars(select(Comment.id).where(Comment.thread_id == thread.id)).one()
    ids["suggestion"] = "3f6c1f2e-0b7a-4c3e-9d55-8f1f6e1b2a77"
    uow.session.add(Suggestion(id=ids["suggestion"], passage_id=passage.id, author_id=karim.account, created_at=uow.now))
    whole = passages.add_passage(uow, helene, story, None, world.voices["helene"])
    ids["signed"], ids["signed.revision"] = whole.id, written(uow, helene, whole.id, "Le tout.").id
    sign(uow, helene, whole.id, world.voices["helene"])
    shared = passages.add_passage(uow, karim, story, world.moments["vote"], None)
    revision = written(uow, karim, shared.id, "À nous tous.")
    ids["shared"], ids["shared.revision"], ids["shared.hash"] = shared.id, revision.id, revision.hash
    moment = MomentForm("Un jour oublié", parse_moment_date("mai 2022"))
    ids["trashed.moment"] = add_moment(uow, helene, world.delegations["brumeval"], moment).id
    delete_moment(uow, helene, ids["trashed.moment"])
    trashed = passages.add_passage(uow, helene, story, world.moments["tour"], world.voices["helene"])
    written(uow, helene, trashed.id, "Mis de côté.")
    passages.delete_passage(uow, helene, trashed.id)
    ids["trashed.passage"] = trashed.id
    for name, content_hash, where in (("image", "a" * 64, story), ("old_image", "b" * 64, story)):
        ids[name] = _image(uow, helene, where, content_hash).id
    uow.session.get_one(Media, ids["old_image"]).deleted_at = uow.now
    for name, content_hash in (("library_image", "d" * 64), ("old_library_image", "e" * 64)):
        ids[name] = library.add_to_library(uow, admin, _prepared_image(content_hash), library.MediaWords("Une halle", "Le site")).id
    library.trash_media(uow, admin, ids["old_library_image"])
    uow.session.add(PublicMedia(story_id=ids["published"], hash="c" * 64))
    ids["private.hash"], ids["public.hash"] = "a" * 64, "c" * 64


def _exchanges(uow: UnitOfWork, helene: Actor, ids: dict[str, str]) -> None:
    """Threads with the review, and one of the margin in a story that the review gave back."""
    ids["review"] = discussion.start_review_thread(uow, helene, ids["submitted"], None, "Voici où.").id
    ids["review.comment"] = uow.session.scalars(select(Comment.id).where(Comment.thread_id == ids["review"])).one()
    passage = uow.session.scalars(select(Passage.id).where(Passage.story_id == ids["returned"])).first() or ""
    ids["returned.review"] = discussion.start_review_thread(uow, helene, ids["returned"], passage, "Corrigé.").id
    ids["returned.thread"] = discussion.start_thread(uow, helene, passage, "Entre nous.").id


def _image(uow: UnitOfWork, person: Actor, story: str, content_hash: str) -> Media:
    return add_image(uow, person, story, _prepared_image(content_hash), "Une cour", "Hélène, 2022")


def _prepared_image(content_hash: str) -> PreparedImage:
    return PreparedImage(content_hash, "image/png", 480, 320, 100, (Rendition(480, 320, 50),))


def _people(uow: UnitOfWork, site: Site, world: World, admin: Actor, ids: dict[str, str]) -> None:
    """Invitations, links by mail, a second programme, a seat and a voice that nobody holds."""
    row, ids["invitation"] = accounts.invite(uow, admin, site.signer, "invitee@exemple.test", "Invitée", role=Role.EDITOR)
    ids["role_invitation"] = row.id
    second = programme.create_programme(uow, admin, "Un second programme", "")
    third = programme.create_programme(uow, admin, "Un troisième programme", "")
    ids["second_programme"], ids["territory"] = second.id, world.territories["brumeval"]
    delegation = programme.create_delegation(uow, admin, third.id, world.territories["valcendre"])
    seats = voices.seats_of(uow.session, delegation.id)
    ids["free_seat"] = seats[0].id
    ids["free_voice"] = voices.seat_voice(uow, admin, seats[1].id, "Sans compte", "agente", Mandate(None, None)).id
    row, _token = accounts.invite(uow, admin, site.signer, "voix@exemple.test", "Voix", voice=ids["free_voice"])
    ids["voice_invitation"] = row.id
    for name in ("link", "reset"):
        made = accounts.request_link(uow, site.signer, address("personne"), "sign_in" if name == "link" else "reset")
        assert made is not None
        ids[name] = made[1]
    for link in uow.session.scalars(select(SignInLink)):
        link.expires_at = uow.now + timedelta(days=1)
    ids["account"] = world.accounts["personne"]
    other = Account(email=address("fermable"), name="Fermable", password_hash=None, created_at=uow.now)
    uow.session.add(other)
    uow.session.flush()
    ids["other_account"] = other.id
    ids["role"] = roles.create_role(uow, admin, "Accueil", "").key
    ids["restriction"] = restrictions.restrict(uow, None, "communication", "story", ids["ready"], "essai").id
    place = Scope(ScopeKind.PROGRAMME, world.programme)
    sharing.give_local_role(uow, admin, place, other.id, str(Role.ORGANISER))


def _pages(uow: UnitOfWork, admin: Actor, ids: dict[str, str]) -> None:
    """Pages in writing, proposed, public under a second address, and in the trash; a line of a menu."""

    def page(title: str, body: str = "Un texte.", slug: str = "") -> PageText:
        words = page_texts.PageWords(title, "", prepare_here(body, lang="fr"))
        made = page_texts.create_page(uow, admin, None, "fr", words, slug=slug)
        return page_texts.page_text(uow.session, made.id, "fr")

    text = page("Une page en écriture")
    ids["page"], ids["page.old_version"] = text.page_id, text.version_id
    more = page_texts.PageWords("Une page en écriture", "", prepare_here("Un second texte.", lang="fr"))
    ids["page.version"] = page_texts.saved(page_texts.save_text(uow, admin, text.page_id, "fr", more, text.version_id)).id
    proposed = page("Une page proposée")
    page_texts.propose_text(uow, admin, proposed.page_id, "fr", "http://localhost")
    ids["page.proposed"] = proposed.page_id
    ids["page.proposed.hash"] = uow.session.get_one(PageVersion, proposed.version_id).hash
    public = page("Une page publique", slug="une-vieille-adresse")
    page_texts.publish_text(uow, admin, public.page_id, "fr", uow.session.get_one(PageVersion, public.version_id).hash)
    pages.place_page(uow, admin, public.page_id, None, "une-page-publique")
    ids["page.public"] = public.page_id
    ids["page.trashed"] = page("Une page jetée", slug="une-page-jetee").page_id
    pages.delete_page(uow, admin, ids["page.trashed"])
    ids["entry"] = menus.list_entries(uow.session, menus.FOOT)[0].id


def _themes(uow: UnitOfWork, admin: Actor, helene: Actor, ids: dict[str, str]) -> None:
    """A theme that a story has, one that none has, one in the trash."""
    for place, name in (("used_theme", "Énergie"), ("theme", "Culture"), ("trashed_theme", "Oubli")):
        ids[place] = themes.add_theme(uow, admin, name).id
    themes.choose_themes(uow, helene, ids["writing"], [ids["used_theme"]])
    themes.delete_theme(uow, admin, ids["trashed_theme"])


def _letter(site: Site, uow: UnitOfWork, ids: dict[str, str], admin: Actor) -> None:
    """Somebody asked for the letter; an issue is being composed, another went out."""
    token, hashed = site.signer.new(subscription.TOKEN)
    row = Subscriber(
        email="lectrice@exemple.test",
        lang="fr",
        asked_at=uow.now,
        asked_from="/",
        words="Oui.",
        confirm_hash=hashed,
        confirm_until=uow.now + timedelta(days=7),
        leave_key="k" * 32,
    )
    uow.session.add(row)
    uow.session.flush()
    ids.update({"subscriber": row.id, "letter.token": token, "letter.key": row.leave_key})
    for name, title in (("issue", "En préparation"), ("issue.sent", "Paru")):
        issue = letter.add_issue(uow, admin, title)
        letter.add_story(uow, admin, issue.id, ids["published"])
        ids[name], ids[f"{name}.slug"] = issue.id, issue.slug
    letter.start_sending(uow, admin, ids["issue.sent"], "http://localhost")


def _slugs_and_hashes(uow: UnitOfWork, ids: dict[str, str]) -> None:
    for name in ("writing", "submitted", "in_review", "published", "withdrawn"):
        story = uow.session.get_one(Story, ids[name])
        ids[f"{name}.slug"] = story.slug
        version = uow.session.get(StoryVersion, story.submitted_version_id or "")
        if version is not None:
            ids[f"{name}.hash"] = version.hash
    ids["submitted.passage"] = uow.session.scalars(select(Passage.id).where(Passage.story_id == ids["submitted"])).first() or ""
    ids["message"] = uow.session.scalars(select(MailMessage.id)).first() or ""


# — the stage: the world with its places, everybody signed in —


@dataclass
class Stage:
    """The world with a place for every line, its people signed in, and a copy of its rows to come back to."""

    app: Flask
    ids: dict[str, str]
    cookies: dict[str, str]
    tokens: dict[str, str]
    written: bool = False

    def keep(self) -> None:
        """Keeps every row as it is now, in tables beside."""
        with loose(self.site.engine).begin() as connection:
            for table in self.tables:
                connection.exec_driver_sql(f"CREATE TABLE kept_{table.name} AS SELECT * FROM {table.name}")
        event.listen(self.site.engine, "commit", self._note)

    def keep_again(self) -> None:
        """Keeps every row as it is now instead."""
        with loose(self.site.engine).begin() as connection:
            for table in self.tables:
                connection.exec_driver_sql(f"DROP TABLE kept_{table.name}")
                connection.exec_driver_sql(f"CREATE TABLE kept_{table.name} AS SELECT * FROM {table.name}")
        self.written = False

    def back(self) -> None:
        """Puts every row back as it was kept, if anything was written since."""
        if not self.written:
            return
        with writing_engine(self.site.engine).begin() as connection:
            for table in reversed(self.tables):
                connection.exec_driver_sql(f"DELETE FROM {table.name}")
            for table in self.tables:
                connection.exec_driver_sql(f"INSERT INTO {table.name} SELECT * FROM kept_{table.name}")
        self.written = False

    @property
    def site(self) -> Site:
        found: Site = self.app.extensions["recits"]
        return found

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of this site; a plugin that another test loaded in this process has models here and no tables."""
        there = set(inspect(self.site.engine).get_table_names())
        return [table for table in metadata.sorted_tables if table.name in there]

    def _note(self, _connection: object) -> None:
        self.written = True

    def ask(
        self,
        line: Line,
        role: str,
        *,
        without: tuple[str, ...] = (),
        fields: object = None,
        token: str | None = None,
        prefix: str = "",
    ) -> TestResponse:
        """Sends a line's request as somebody.

        Args:
            without: ids to be replaced by one that nothing has.
            fields: another form than the line's, if there is one; bytes are sent as they are.
            token: another token than the person's own.
            prefix: the prefix of another language than French.
        """
        address_of, form = line.sends
        parts = {name: UNKNOWN if name in without else self.value(value) for name, value in address_of.items()}
        path = prefix + PART.sub(lambda found: parts[found[1]], line.rule)
        headers = {"Cookie": f"{COOKIE}={self.cookies[role]}"}
        client = self.app.test_client(use_cookies=False)
        if line.method == "GET":
            return client.get(path, headers=headers, buffered=True)
        own = {"csrf_token": self.tokens[role] if token is None else token}
        if isinstance(fields, bytes):
            body = b"csrf_token=" + own["csrf_token"].encode() + b"&" + fields
            return client.post(path, data=body, headers=headers, content_type="application/x-www-form-urlencoded")
        sent = fields if isinstance(fields, dict) else {name: self.value(value) for name, value in form.items()}
        return client.post(path, data={**own, **sent}, headers=headers)

    def everything(self) -> str:
        """All that the database holds, to see whether a request changed anything."""
        with self.site.engine.connect() as connection:
            return "\n".join(
                f"{table.name} {tuple(row)}"
                for table in self.tables
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            )

    def value(self, name: str) -> str:
        return self.ids[name[1:]] if name.startswith("@") else name


@contextmanager
def open_stage(template: tuple[Path, World], home: Path) -> Iterator[Stage]:
    """Makes an application in a folder, with a place for every line of the table and everybody signed in."""
    copy_site(template[0], home)
    app = create_app(settings_for(home))
    app.testing = False
    site: Site = app.extensions["recits"]
    costly, accounts._hasher = accounts._hasher, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    _make_passwords_cheap(site)
    ids = make_places(site, template[1]).ids
    for content_hash in ("a" * 64, "c" * 64):
        folder = site.settings.media_folder / content_hash[:2] / content_hash
        folder.mkdir(parents=True)
        (folder / "480.webp").write_bytes(b"RIFF")
    cookies, tokens = _sign_everybody_in(app)
    with site.writer.begin() as uow:
        own = select(AccountSession.id).where(AccountSession.account_id == template[1].accounts["helene"])
        ids["session"] = uow.session.scalars(own).one()
        _letter(site, uow, ids, actor(site, template[1], "admin"))
        for name, table in (("prompt", "prompt"), ("prompt_set", "prompt_set"), ("criterion", "criterion")):
            ids[name] = uow.session.execute(text(f"SELECT min(id) FROM communication_{table}")).scalar_one()  # names of ours
        for name, deleted in (("trace", None), ("trashed.trace", uow.now)):
            row = Trace(
                account_id=template[1].accounts["helene"], text="Un mot.", created_at=uow.now, changed_at=uow.now, deleted_at=deleted
            )
            uow.session.add(row)
            uow.session.flush()
            ids[name] = row.id
    stage = Stage(app, ids, cookies, tokens)
    stage.keep()
    yield stage
    close_engines(app)
    accounts._hasher = costly


def _make_passwords_cheap(site: Site) -> None:
    """Hundreds of people sign in here; what hashing costs is tested elsewhere."""
    with site.writer.begin() as uow:
        uow.session.execute(update(Account).values(password_hash=accounts.hash_password(PASSWORD)))


def _sign_everybody_in(app: Flask) -> tuple[dict[str, str], dict[str, str]]:
    cookies: dict[str, str] = {}
    tokens: dict[str, str] = {}
    for role in ROLES:
        client = app.test_client()
        page = client.get("/connexion").text
        if role != "anon":
            fields = {"email": address(PEOPLE[role]), "password": PASSWORD, "csrf_token": _token(page)}
            assert client.post("/connexion", data=fields).status_code == 303
            page = client.get("/compte").text
        cookie = client.get_cookie(COOKIE)
        assert cookie is not None
        cookies[role], tokens[role] = cookie.value, _token(page)
    return cookies, tokens


def _token(page: str) -> str:
    found = TOKEN.search(page)
    assert found is not None
    return found[1]

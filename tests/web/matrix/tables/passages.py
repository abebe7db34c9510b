"""A passage at the desk: writing, signing, its margin and its versions."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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
GET  /espace/passages/<id:passage_id>/pied                                      in   200  200  200  404  404  404  404  404
GET  /espace/passages/<id:passage_id>/reouverture                               in   200  200  200  404  404  404  404  404
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
"""

SENDS: dict[str, Sends] = {
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
    "GET /espace/passages/<id:passage_id>/pied": ({"passage_id": "@passage"}, {}),
    "POST /espace/passages/<id:passage_id>/question": ({"passage_id": "@passage"}, {"prompt": ""}),
    "GET /espace/passages/<id:passage_id>/marge": ({"passage_id": "@passage"}, {}),
    "GET /espace/passages/<id:passage_id>/reouverture": ({"passage_id": "@passage"}, {}),
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
}

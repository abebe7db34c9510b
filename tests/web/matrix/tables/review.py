"""The editors' queue, and what they do with a story."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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
"""

SENDS: dict[str, Sends] = {
    "GET /relecture/<id:story_id>": ({"story_id": "@submitted"}, {}),
    "GET /relecture/<id:story_id>#draft": ({"story_id": "@writing"}, {}),
    "GET /relecture/<id:story_id>#published": ({"story_id": "@published"}, {}),
    "POST /relecture/<id:story_id>/prendre": ({"story_id": "@submitted"}, {}),
    "POST /relecture/<id:story_id>/prendre#draft": ({"story_id": "@writing"}, {}),
    "POST /relecture/<id:story_id>/accord": ({"story_id": "@in_review"}, {"hash": "@in_review.hash"}),
    "POST /relecture/<id:story_id>/accord#draft": ({"story_id": "@writing"}, {"hash": "0"}),
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
}

"""Set-up of who may do what: roles, sharing, explanations, restrictions."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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
"""

SENDS: dict[str, Sends] = {
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
}

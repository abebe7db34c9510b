"""Set-up of what the site holds: themes, the media library, the trash, pages, links, menus."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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
"""

SENDS: dict[str, Sends] = {
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
}

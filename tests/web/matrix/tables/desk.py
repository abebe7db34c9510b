"""The desk of a delegation: its stories, moments, images and voices."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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
GET  /espace/recits/<id:story_id>/fichiers                                      in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>/fichiers#submitted                            in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>/fichiers#published                            in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>/fichiers#trashed                              in   404  404  404  404  404  404  404  404
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
GET  /espace/recits/<id:story_id>/plan                                          in   200  200  200  404  404  404  404  404
GET  /espace/recits/<id:story_id>/plan#submitted                                in   200  200  200  404  404  404  404  404
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
"""

SENDS: dict[str, Sends] = {
    "*/espace/delegations/<id:delegation_id>/recits/nouveau": ({"delegation_id": "@brumeval"}, {"title": "Un titre", "standfirst": ""}),
    "GET /espace/delegations/<id:delegation_id>/corbeille": ({"delegation_id": "@brumeval"}, {}),
    "GET /espace/delegations/<id:delegation_id>/parcours": ({"delegation_id": "@brumeval"}, {}),
    "*/espace/delegations/<id:delegation_id>/parcours/nouveau": ({"delegation_id": "@brumeval"}, {"title": "Un jour", "date": "mai 2022"}),
    "GET /espace/recits/<id:story_id>": ({"story_id": "@writing"}, {}),
    "GET /espace/recits/<id:story_id>#submitted": ({"story_id": "@submitted"}, {}),
    "GET /espace/recits/<id:story_id>#published": ({"story_id": "@published"}, {}),
    "GET /espace/recits/<id:story_id>#trashed": ({"story_id": "@trashed"}, {}),
    "GET /espace/recits/<id:story_id>/fichiers": ({"story_id": "@writing"}, {}),
    "GET /espace/recits/<id:story_id>/fichiers#submitted": ({"story_id": "@submitted"}, {}),
    "GET /espace/recits/<id:story_id>/fichiers#published": ({"story_id": "@published"}, {}),
    "GET /espace/recits/<id:story_id>/fichiers#trashed": ({"story_id": "@trashed"}, {}),
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
    "GET /espace/recits/<id:story_id>/plan": ({"story_id": "@writing"}, {}),
    "GET /espace/recits/<id:story_id>/plan#submitted": ({"story_id": "@submitted"}, {}),
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
}

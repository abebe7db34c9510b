"""The pages of the chantier Communication."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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

SENDS: dict[str, Sends] = {
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

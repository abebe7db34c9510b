"""Set-up of the site itself: extensions, health, configuration files, publication, identity, mail."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

GET  /configuration/                                                            in   403  403  403  403  403  200  200  200
GET  /configuration/extensions                                                  in   403  403  403  403  403  403  403  200
POST /configuration/extensions/<name>/<any(activer,desactiver):what>            in   403  403  403  403  403  403  403  303
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
"""

SENDS: dict[str, Sends] = {
    "POST /configuration/identite": ({}, {"title": "Nos récits", "director": "Une personne"}),
    "POST /configuration/logo": ({}, {"alt": "Un nœud"}),
    "POST /configuration/couleurs": ({}, {"light-ink": "#999999"}),
    "GET /configuration/extensions/<name>": ({"name": "communication"}, {}),
    "GET /configuration/extensions/<name>#unknown": ({"name": "inconnue"}, {}),
    "GET /configuration/extensions/<name>/desactiver": ({"name": "communication"}, {}),
    "POST /configuration/extensions/redemarrer": ({}, {}),
    "POST /configuration/extensions/<name>/migrer": ({"name": "communication"}, {}),
    "POST /configuration/extensions/<name>/reprendre": ({"name": "communication"}, {}),
    "*/configuration/extensions/<name>/purger": ({"name": "communication"}, {"typed": "communication"}),
    "POST /configuration/publication": ({}, {"minimum_voices": "3", "explain_missing": "y"}),
    "*/configuration/extensions/<name>/reglages/<page>": ({"name": "communication", "page": "nulle-part"}, {}),
    "POST /configuration/extensions/<name>/<any(activer,desactiver):what>": ({"name": "communication", "what": "desactiver"}, {}),
    "GET /configuration/courrier/<id:message_id>": ({"message_id": "@message"}, {}),
}

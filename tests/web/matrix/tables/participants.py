"""Set-up of who takes part: people, invitations, programmes, territories, delegations, seats and voices."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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
GET  /configuration/territoires                                                 in   403  403  403  403  403  403  200  200
POST /configuration/territoires                                                 401  403  403  403  403  403  403  303  303
GET  /configuration/territoires/<id:territory_id>                               in   403  403  403  403  403  403  200  200
POST /configuration/territoires/<id:territory_id>                               401  403  403  403  403  403  403  303  303
POST /configuration/territoires/<id:territory_id>/delegations/<id:programme_id> in   403  403  403  403  403  403  303  303
GET  /configuration/delegations/<id:delegation_id>                              in   403  403  403  403  403  403  200  200
POST /configuration/sieges/<id:seat_id>                                         401  403  403  403  403  403  403  303  303
POST /configuration/voix/<id:voice_id>/mandat                                   in   403  403  403  403  403  403  303  303
POST /configuration/voix/<id:voice_id>/inviter                                  in   403  403  403  403  403  403  303  303
"""

SENDS: dict[str, Sends] = {
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
}

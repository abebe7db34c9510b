"""Signing in and out, links by mail, invitations, one's own account."""

from tests.web.matrix.line import Sends

TABLE = """
#method rule                                                                   anon member peer scribe foreign nobody editor organiser admin

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
"""

SENDS: dict[str, Sends] = {
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
}

"""What the public reads: stories, territories, pages, images, the look of the site."""

from tests.web.matrix.line import Sends

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
"""

SENDS: dict[str, Sends] = {
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
    "GET /media/<hash:content_hash>/<width:width>.webp": ({"content_hash": "@private.hash", "width": "480"}, {}),
    "GET /media/<hash:content_hash>/<width:width>.webp#public": ({"content_hash": "@public.hash", "width": "480"}, {}),
    "GET /<page:path>": ({"path": "methode"}, {}),
    "GET /<page:path>#private": ({"path": "une-page-en-ecriture"}, {}),
    "GET /<page:path>#moved": ({"path": "une-vieille-adresse"}, {}),
    "GET /<page:path>#trashed": ({"path": "une-page-jetee"}, {}),
}

"""The paths that mails and redirects name; a test holds them against the routes."""


def story_path(slug: str) -> str:
    return f"/recits/{slug}"


def desk_story_path(story: str) -> str:
    return f"/espace/recits/{story}"


def passage_path(passage: str) -> str:
    return f"/espace/passages/{passage}"


def digest_settings_path() -> str:
    return "/compte"


def missing_voice_path(story: str, moment: str, category: str) -> str:
    return f"/espace/recits/{story}/moments/{moment}/voix-manquante/{category}"


def review_story_path(story: str) -> str:
    return f"/relecture/{story}"


def page_path(page: str) -> str:
    return f"/configuration/pages/{page}"


def invitation_path(token: str) -> str:
    return f"/invitation/{token}"


def sign_in_link_path(token: str) -> str:
    return f"/connexion/lien/{token}"


def reset_path(token: str) -> str:
    return f"/connexion/mot-de-passe/{token}"


def localised(path: str, lang: str) -> str:
    """Returns the path in a language: French at `/`, others under their code."""
    return path if lang == "fr" else f"/{lang}{path}"

"""The tokens of links and cookies: signed or random, known to the database by their hash alone."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Signer:
    """Makes and reads single-use tokens: signed by the site, and known to the database by the hash of their random part."""

    secret: str

    def new(self, purpose: str) -> tuple[str, str]:
        """Returns (token for the link, hash for the row)."""
        nonce = secrets.token_urlsafe(24)
        return str(self._serializer(purpose).dumps(nonce)), token_hash(nonce)

    def read(self, purpose: str, token: str) -> str:
        """Returns the hash under which the row is kept.

        Raises:
            NotFound: if the token was not made by this site for this purpose.
        """
        try:
            return token_hash(str(self._serializer(purpose).loads(token)))
        except BadSignature as error:
            raise NotFound("link") from error

    def keyed(self, text: str) -> str:
        """Returns a keyed hash of an address or network: attempts are counted without keeping who tried."""
        return hmac.new(self.secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"recits-{purpose}")


def token_hash(token: str) -> str:
    """Returns the SHA-256 under which a random token is kept."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

"""Names stand where people look for them, on both databases."""

from sqlalchemy import select

from app.db.engine import by_name
from app.db.models import Account

NAMES = ["Abbeville", "Béthune", "Brest", "école", "Écouen", "Évry", "Œuilly", "Ouessant", "Zuydcoote"]


def test_accents_and_capitals_do_not_move_a_name_to_the_end(site):
    with site.writer.begin() as uow:
        for name in reversed(NAMES):
            uow.session.add(Account(name=name, email=f"{NAMES.index(name)}@noms.exemple", created_at=uow.now))
    with site.engine.connect() as connection:
        listed = connection.scalars(select(Account.name).where(Account.email.like("%@noms.exemple")).order_by(by_name(Account.name)))
        assert list(listed) == NAMES

"""Models of plugins stand beside the core's: what reaches for another's table or class is refused at the trial, and the core's queries and writes go on."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, configure_mappers

from app.db.base import Base, metadata
from app.db.fence import NotYours
from app.db.models import Story
from app.kernel.errors import Refused
from tests.hostile.making import found_in, write_plugin
from tests.services.plugins.conftest import switch

HEAD = """
from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, mapped_column, relationship
from app.db.base import Base as CoreBase, metadata
from app.db.models import Story
from app.sdk import model_base

Base = model_base("{name}")
"""
NOTE = """
class Note(Base):
    __tablename__ = "{name}_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[str] = mapped_column(ForeignKey("story.id"))
"""
EVIL = 'Column("evil", String(10), default="x"), extend_existing=True'
# What it does → (stage, what the reason says, its code).
BAD = {
    "extends a table of the core": ("import", "'evil' on the table 'story'", f'Table("story", metadata, {EVIL})'),
    "extends it as a model": (
        "import",
        "on the table 'story'",
        'class Evil(Base):\n    __tablename__ = "story"\n    __table_args__ = {{"extend_existing": True}}\n    id: Mapped[int] = mapped_column(primary_key=True)',
    ),
    "takes a column's place": (
        "import",
        "'title' on the table 'story'",
        'Table("story", metadata, Column("title", Integer), extend_existing=True)',
    ),
    "adds a column to a class of the core": ("import", "'evil' on the table 'story'", "Story.evil = mapped_column(String(10))"),
    "adds an index to the core": ("import", "on the table 'story'", 'Index("ix_evil", Story.title)'),
    "adds a rule to the core": (
        "import",
        "on the table 'story'",
        'Table("story", metadata, UniqueConstraint("title"), extend_existing=True)',
    ),
    "extends another plugin's table": ("import", "on the table 'aside_note'", f'Table("aside_note", metadata, {EVIL})'),
    "stands on the core's base": (
        "import",
        "the core's own base",
        'class Evil(CoreBase):\n    __tablename__ = "{name}_evil"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    bad = relationship("Nowhere")',
    ),
    "a relation that leads nowhere": ("models", "'Nowhere' failed to locate a name", NOTE + '    bad = relationship("Nowhere")\n'),
    "a relation without a key": (
        "models",
        "no foreign keys",
        NOTE.replace('ForeignKey("story.id")', "") + "    bad = relationship(Story)\n",
    ),
    "an attribute on a class of the core": (
        "models",
        "backref on a class that is another's",
        NOTE + '    story = relationship(Story, backref="evil")\n',
    ),
    "one behind a function": (
        "models",
        "backref on a class that is another's",
        NOTE + '    story = relationship(lambda: Story, backref="evil")\n',
    ),
    "both, worked out at import": (
        "import",
        "backref on a class that is another's",
        NOTE + '    story = relationship(Story, backref="evil")\n    bad = relationship("Nowhere")\nNote.__mapper__.registry.configure()',
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_each_is_refused_with_its_reason_and_leaves_the_core_as_it_was(site_with, world, tmp_path, kind):
    stage, reason, code = BAD[kind]
    name = f"model{list(BAD).index(kind)}"
    aside = found_in(write_plugin(tmp_path, "aside", (HEAD + NOTE).replace("{name}", "aside")))
    before, mappers = _tables(), len(list(Base.registry.mappers))
    bad = found_in(write_plugin(tmp_path, name, (HEAD + code).replace("{name}", name).replace("{{", "{").replace("}}", "}")))
    site = site_with(aside, bad)
    failure = site.plugins.plugins[name].failure
    assert failure is not None
    assert failure.stage == stage
    assert reason in failure.message
    with pytest.raises(Refused, match="plugin_failed"):
        switch(site, name, True)
    assert {table: found for table, found in _tables().items() if table in before} == before
    assert len(list(Base.registry.mappers)) == mappers
    assert not hasattr(Story, "evil")
    with site.writer.begin() as uow:  # the core reads and writes with the classes and with the tables
        found = uow.session.get_one(Story, world.stories["legumerie"])
        found.title = "Un titre qui tient"
        uow.session.flush()
        assert uow.session.scalars(select(Story.__table__.c.title).where(Story.id == found.id)).one() == "Un titre qui tient"
        assert "evil" not in str(insert(Story).values(title="x").compile(site.engine))


def test_a_plugin_whose_models_hold_is_taken(site_with, tmp_path):
    code = (HEAD + NOTE + '    parent_id: Mapped[int | None] = mapped_column(ForeignKey("{name}_note.id"))\n').replace(
        "{name}", "modelfine"
    )
    code += '    story = relationship(Story)\n    parent = relationship("Note", backref="children", remote_side="Note.id")\n'
    site = site_with(found_in(write_plugin(tmp_path, "modelfine", code)))
    assert site.plugins.plugins["modelfine"].failure is None
    with Session(site.engine) as session:
        assert session.scalars(select(Story.title)).all()


def test_what_another_left_broken_is_not_the_next_ones_fault(site_with, tmp_path):
    bad = found_in(write_plugin(tmp_path, "amodel", (HEAD + NOTE + '    bad = relationship("Nowhere")\n').replace("{name}", "amodel")))
    good = found_in(write_plugin(tmp_path, "bmodel", (HEAD + NOTE).replace("{name}", "bmodel")))
    site = site_with(bad, good)
    assert site.plugins.plugins["amodel"].failure is not None
    assert site.plugins.plugins["bmodel"].failure is None
    with pytest.raises((InvalidRequestError, NotYours)):
        configure_mappers()  # all of them at once: what was left is broken indeed


@pytest.fixture(autouse=True)
def _leave_nothing():
    """The models of a process are one for all tests."""
    before = set(metadata.tables)
    yield
    for name in set(metadata.tables) - before:
        metadata.remove(metadata.tables[name])


def _tables() -> dict[str, list[str]]:
    return {
        name: sorted(f"{column.name} {column.type}" for column in table.columns)
        + sorted(str(part.name) for part in (*table.indexes, *table.constraints))
        for name, table in metadata.tables.items()
    }

"""Keeps plugins' models beside the core's: no column on a table of another, no class on the core's base, no attribute on a class of another."""

from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

from sqlalchemy import Column, Constraint, Index, Table, event
from sqlalchemy.orm import InstrumentedAttribute, Mapper, RelationshipProperty

from app.db.base import Base, metadata

_closed: set[Table] = set()
_mappers: WeakSet[Mapper[Any]] = WeakSet()


class NotYours(TypeError):
    """A model reached for what is another's."""


def close_tables() -> None:
    """From here on nothing can be added to the tables that exist, nor any class to the core's base; repeatable."""
    _closed.update(metadata.tables.values())
    Base.closed = True


def configure_models(modules: Iterable[str]) -> None:
    """Works out the relations of the models of some modules now, rather than at the first query.

    Args:
        modules: names of packages or modules; what stands within them counts.

    Raises:
        Exception: whatever a relation that does not hold raises.
    """
    names = tuple(modules)
    within = tuple(f"{name}." for name in names)
    registries = {
        mapper.registry for mapper in _mappers if mapper.class_.__module__ in names or mapper.class_.__module__.startswith(within)
    }
    for registry in registries:
        registry.configure(cascade=True)  # with those that they lead to, the core first of all


def _attach(item: Any, parent: Any) -> None:
    if parent in _closed:
        raise NotYours(f"{type(item).__name__.lower()} {item.name!r} on the table {parent.name!r}, which is another's")


def _remember(mapper: Mapper[Any], _class: type[Any]) -> None:
    _mappers.add(mapper)


def _stay_home(mapper: Mapper[Any], kind: type[Any]) -> None:
    """A `backref` puts an attribute on the class that it leads to, and makes each query of that class wait for this one's relations."""
    if mapper.registry is Base.registry:
        return
    for name, attribute in vars(kind).items():
        relation = attribute.comparator.prop if isinstance(attribute, InstrumentedAttribute) else None
        if isinstance(relation, RelationshipProperty) and relation.backref is not None and not _leads_home(mapper, relation.argument):
            raise NotYours(f"the relation {kind.__name__}.{name} has a backref on a class that is another's")


def _leads_home(mapper: Mapper[Any], target: Any) -> bool:
    if isinstance(target, str):  # a name is looked up among the classes of the same base
        return True
    found = target() if callable(target) and not isinstance(target, type) else target
    return any(other.class_ is found and other.registry is mapper.registry for other in _mappers)


for part in (Column, Constraint, Index):
    event.listen(part, "before_parent_attach", _attach)
event.listen(Mapper, "after_mapper_constructed", _remember)
event.listen(Mapper, "before_mapper_configured", _stay_home)

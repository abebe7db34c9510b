"""What every table shares: naming, ids, UTC times; and the Flask-SQLAlchemy extension that hands out connections."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from app.db.guard import ReadingSession
from app.kernel.ids import ID_LENGTH, new_id

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored without a zone, in UTC; handed out with its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of the core's models."""

    # Once it is closed nobody else's can be of it: a relation that does not hold would break every query of the core.
    closed: ClassVar[bool] = False
    metadata = metadata
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012  # SQLAlchemy reads it from the class

    def __init_subclass__(cls, **options: Any) -> None:
        if Base.closed:
            raise TypeError(f"{cls.__name__} stands on the core's own base: models of a plugin stand on model_base()")
        super().__init_subclass__(**options)


Id = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)]
Hash = Annotated[str, mapped_column(String(64))]


def ref(target: str, **options: Any) -> Any:
    """Returns a column that refers to a row by its id; rows are never deleted from under another, so there is no cascade."""
    return mapped_column(String(ID_LENGTH), ForeignKey(target), **options)


db = SQLAlchemy(metadata=metadata, session_options={"class_": ReadingSession})

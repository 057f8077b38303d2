"""The filters of a page, taken from the parameters of its own route: what one takes and means, so does the other."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

from fastapi.params import Depends
from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

from mailwarden.core.api import Wire
from mailwarden.core.paging import PageQuery

Fields = dict[str, Any]


def filter_model(name: str, *sources: Callable[..., Any]) -> type[Wire]:
    """Routes, and dependencies of routes. What they get by ``Depends`` is no filter, and paging is none either."""
    fields: Fields = {}
    for source in sources:
        for parameter in inspect.signature(source, eval_str=True).parameters.values():
            fields |= _fields_of(parameter)
    model: type[Wire] = create_model(name, __base__=Wire, **fields)
    return model


def _fields_of(parameter: inspect.Parameter) -> Fields:
    annotation = parameter.annotation
    told = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    if isinstance(parameter.default, Depends) or any(isinstance(one, Depends) for one in told):
        return {}
    bare = get_args(annotation)[0] if told else annotation
    if inspect.isclass(bare) and issubclass(bare, BaseModel):
        return _of_model(bare)
    default = ... if parameter.default is inspect.Parameter.empty else parameter.default
    return {parameter.name: (annotation, default)}


def _of_model(model: type[BaseModel]) -> Fields:
    mine = {name: one for name, one in model.model_fields.items() if name not in PageQuery.model_fields}
    return {name: (_with_rules(one), one.default if not one.is_required() else ...) for name, one in mine.items()}


def _with_rules(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def values_of(filters: Wire) -> dict[str, Any]:
    """As a dependency takes them."""
    return {name: getattr(filters, name) for name in type(filters).model_fields}

"""Expressions over whole columns, with the meaning that they have in PostgreSQL."""

from seedengine.generation.expressions.evaluation import evaluate, evaluate_text, to_text
from seedengine.generation.expressions.faults import EvaluationFault
from seedengine.generation.expressions.functions import FUNCTIONS, function_names
from seedengine.generation.expressions.types import type_name

__all__ = ["FUNCTIONS", "EvaluationFault", "evaluate", "evaluate_text", "function_names", "to_text", "type_name"]

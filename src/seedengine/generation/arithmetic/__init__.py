"""Functions of floats whose last bit is the same on every machine.

NumPy hands `log`, `exp`, `pow` and `sin` to whichever routine the processor allows, and these differ in the last bit.
The functions here are made of + − × ÷ √, comparisons and bit operations alone, each of which IEEE 754 defines exactly.
"""

from seedengine.generation.arithmetic.exponential import exp, log, log10, sqrt
from seedengine.generation.arithmetic.power import power
from seedengine.generation.arithmetic.trigonometric import acos, asin, atan, atan2, cos, sin, tan

__all__ = ["acos", "asin", "atan", "atan2", "cos", "exp", "log", "log10", "power", "sin", "sqrt", "tan"]

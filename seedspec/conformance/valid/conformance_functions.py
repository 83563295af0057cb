"""Functions that the cases beside this file call."""


def digits(bits):
    """Ten digits of every word."""
    return [f"{int(word) % 10**10:010d}" for word in bits]


def double(_bits, number):
    """A series, twice the argument."""
    return number * 2

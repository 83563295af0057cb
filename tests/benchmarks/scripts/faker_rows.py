"""The rows of the workload as one writes them by hand with Faker: a call per value, and `random` where Faker is slower.

Rows are in the order of the tables' columns. `users` says how many users there are; the other tables follow from it.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from faker import Faker

TABLES = {
    "users": ["id", "email", "name", "username", "bio", "city", "created_at", "is_provider"],
    "gigs": ["id", "user_id", "title", "description", "category", "price", "created_at"],
    "orders": ["id", "gig_id", "buyer_id", "status", "total", "created_at", "completed_at"],
    "reviews": ["id", "order_id", "rating", "content", "created_at"],
}
CATEGORIES = [
    "PLUMBING", "PAINTING", "CLEANING", "CARPENTRY", "WELDING", "ELECTRICAL", "HVAC", "LANDSCAPING", "MOVING",
    "CAR_WASHING", "DIGITAL_DESIGN", "DIGITAL_WRITING", "OTHER",
]  # fmt: skip
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
SECONDS = 731 * 86400
HOUR, MONTH = 3600, 30 * 86400

Rows = Iterator[tuple[Any, ...]]


def moment() -> datetime:
    """A second of 2024 or 2025."""
    return FIRST + timedelta(seconds=random.randrange(SECONDS))


def money() -> float:
    """An amount between 20.00 and 1200.00."""
    return random.randint(2000, 120000) / 100


def rows(users: int) -> Iterator[tuple[str, Rows]]:
    """Each table's name and its rows, parents first; the rows of one are read before the next is asked for."""
    random.seed(7)
    Faker.seed(7)
    fake = Faker("en_US")
    yield "users", user_rows(fake, users)
    yield "gigs", gig_rows(fake, users)
    yield "orders", order_rows(users)
    yield "reviews", review_rows(fake, users)


def user_rows(fake: Faker, users: int) -> Rows:
    """`users` rows."""
    for row in range(1, users + 1):
        username = fake.user_name()
        email = f"{username}.{row}@load.example"
        bio = fake.paragraph(nb_sentences=5)
        yield row, email, fake.name(), username, bio, fake.city(), moment(), random.random() < 0.3


def gig_rows(fake: Faker, users: int) -> Rows:
    """Two rows a user."""
    for row in range(1, 2 * users + 1):
        description = fake.paragraph(nb_sentences=5)
        yield row, random.randint(1, users), fake.sentence(), description, random.choice(CATEGORIES), money(), moment()


def order_rows(users: int) -> Rows:
    """Eight rows a user; no value of theirs needs Faker."""
    for row in range(1, 8 * users + 1):
        (status,) = random.choices(("COMPLETED", "PENDING", "CANCELLED"), (70, 20, 10))
        created = moment()
        completed = created + timedelta(seconds=random.randint(HOUR, MONTH)) if status == "COMPLETED" else None
        yield row, random.randint(1, 2 * users), random.randint(1, users), status, money(), created, completed


def review_rows(fake: Faker, users: int) -> Rows:
    """Four rows a user, each on an order of its own."""
    orders = random.sample(range(1, 8 * users + 1), 4 * users)
    for row, order in enumerate(orders, 1):
        (rating,) = random.choices((3, 4, 5), (10, 65, 25))
        yield row, order, rating, fake.paragraph(nb_sentences=5), moment()

"""`mimesis_copy.py URL USERS`: the workload by hand, texts by Mimesis, into PostgreSQL by COPY in one transaction."""

import random
import sys

import psycopg
from faker_rows import CATEGORIES, Rows, moment, money, order_rows
from mimesis import Generic, Locale

SENTENCES = 2
"""Mimesis's sentences are long: two have the 25 words that the workload's paragraphs have."""


def user_rows(fake: Generic, users: int) -> Rows:
    """`users` rows."""
    for row in range(1, users + 1):
        username = fake.person.username()
        email = f"{username}.{row}@load.example"
        bio = fake.text.text(quantity=SENTENCES)
        name, city = fake.person.full_name(), fake.address.city()
        yield row, email, name, username, bio, city, moment(), random.random() < 0.3


def gig_rows(fake: Generic, users: int) -> Rows:
    """Two rows a user."""
    for row in range(1, 2 * users + 1):
        title, description = fake.text.sentence(), fake.text.text(quantity=SENTENCES)
        yield row, random.randint(1, users), title, description, random.choice(CATEGORIES), money(), moment()


def review_rows(fake: Generic, users: int) -> Rows:
    """Four rows a user, each on an order of its own."""
    for row, order in enumerate(random.sample(range(1, 8 * users + 1), 4 * users), 1):
        (rating,) = random.choices((3, 4, 5), (10, 65, 25))
        yield row, order, rating, fake.text.text(quantity=SENTENCES), moment()


def main(url: str, users: int) -> None:
    """Load the four tables."""
    random.seed(7)
    fake = Generic(locale=Locale.EN, seed=7)
    tables = {
        "users": user_rows(fake, users),
        "gigs": gig_rows(fake, users),
        "orders": order_rows(users),
        "reviews": review_rows(fake, users),
    }
    with psycopg.connect(url) as connection:
        for table, rows in tables.items():
            with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)


main(sys.argv[1], int(sys.argv[2]))

"""Texts as bytes that were cut, doubled, mixed up, or saved in another encoding."""

from random import Random

_ODD = (
    *(b"\x00", b"\x01", b"\x07", b"\x1b[31m", b"\x7f", b"\x80", b"\xff", b"\xfe\xff", b"\xc0\x80"),
    *(b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    *("\ufeff\u202e\u2028\u2029\x85\xa0\u200d\ufffe\U0010ffff😀é\u0301".encode(), "\u2028".encode()),
    *("\x85".encode(), "\ufeff".encode()),
    *(b"\t", b"\r", b"\r\n", b"\n", b"\n\n", b" ", b"  ", b"'", b'"', b"{", b"}", b"[", b"]", b":", b": "),
    *(b"- ", b"? ", b"#", b"&a ", b"*a"),
    *(b"!!", b"!", b"|\n", b">\n", b"|+9\n", b"%YAML 1.1\n---\n", b"%YAML 99.9\n---\n"),
    *(b"%TAG ! tag:x,2000:\n---\n", b"\n---\n", b"\n...\n"),
    *(b"<<: *a\n", b"<<: {a: 1}\n", b"x: &a 1\n", b"!!python/object/apply:os.system [id]", b"\\", b"@", b"`"),
    *(b"%", b","),
)  # fmt: skip
_ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "utf-7",
    "latin-1",
    "cp1252",
    "cp037",
    "shift_jis",
)


def broken(random: Random, text: str) -> bytes:
    """The text as bytes with some of them changed."""
    if random.random() < 0.15:
        return text.encode(random.choice(_ENCODINGS), errors="replace")
    data = bytearray(text.encode("utf-8", errors="surrogatepass"))
    for _ in range(random.choice((1, 1, 2, 5, 20))):
        _change(random, data)
    return bytes(data)


def _change(random: Random, data: bytearray) -> None:
    place = random.randint(0, len(data))
    stop = min(len(data), place + random.choice((1, 1, 4, 20, 200)))
    match random.randrange(7):
        case 0:
            data[place:place] = random.choice(_ODD)
        case 1:
            data[place:stop] = random.choice(_ODD)
        case 2:
            del data[place:stop]
        case 3:
            data[place:stop] = data[place:stop] * random.choice((2, 3, 50))
        case 4 if place < len(data):
            data[place] ^= 1 << random.randrange(8)
        case 5:
            other = random.randint(0, len(data))
            data[place:place] = data[other : other + random.choice((3, 30))]
        case _:
            del data[place : len(data) if random.random() < 0.3 else stop]

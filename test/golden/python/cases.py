"""Writes the JSON files beside this file: what CPython 3.11 makes of awkward texts and numbers.

Run by hand (`python3.11 test/golden/python/cases.py`); the seed is fixed, so it always writes the same.
"""
import json
import pathlib
import random
import textwrap

rnd = random.Random(2026)

PIECES = [
    'a', 'ab', 'word', 'Session', 'x', '-', '--', '---', ' ', '  ', '\t', '\r', '\x0b', '\x0c', '.', ',', '!', '?', '"',
    "'", '&', '(', ')', '[', ']', '/', '_', '1', '42', '9x', '\u00e9', '\u00df', '\u0416', '\u65e5\u672c', '\u8a9e',
    '\U0001f600', '\u0301', '\u00a0', '\u2003', '\u2028', '\x85', '\x1c', '\u2460', '\u2167', '\u096b', '\U0001d4b3',
    'a-b', 'co-op', 'e-mail-', '-b', '--opt', 'well-known', 'x-1', '1-x', '\u200b', '\u00aa', '\u00b2', '\ufeff',
]


def awkward_text():
    text = ''
    for _ in range(rnd.choice([0, 1, 2, 5, 10, 20, 40])):
        piece = rnd.choice(PIECES)
        text += piece * rnd.randint(1, 30) if rnd.random() < 0.15 else piece
        text += ' ' if rnd.random() < 0.3 else ''
    return text


def wrapping():
    figures = ' ' * rnd.choice([0, 4, 45])
    text = figures + awkward_text()
    width = rnd.choice([100, 100, 60, 20, 10, 3, 1])
    initial = rnd.choice(['', figures if len(figures) < width else ''])
    subsequent = rnd.choice(['', figures])
    lines = textwrap.wrap(text, width=width, initial_indent=initial, subsequent_indent=subsequent)
    return {'text': text, 'width': width, 'initialIndent': initial, 'subsequentIndent': subsequent, 'lines': lines}


def numbers():
    yield from [0.0, 0.5, 1.5, 2.5, -0.5, 100.0, 99.95, 99.85, 999.5, 998.5, 1000.0, 12.25, 12.75, 2.125, 0.125, 0.0001,
                0.00009999, 0.000099951, 1e22, 1e-7, 1234.5, 1235.0, 1225.0, 9995.0, 9985.0, 99.999, 1 / 3, 2 / 3, 5e-324]
    for _ in range(150):
        yield rnd.choice([1, -1]) * rnd.random() * 10 ** rnd.randint(-8, 8)
    for _ in range(50):
        yield rnd.randint(0, 8000) / 8


def percents():
    for part, total in [(1, 200), (3, 200), (5, 200), (0, 7), (7, 7), (1, 3), (2, 3), (15, 1000), (25, 1000), (2**53 - 1, 2**53)]:
        yield part, total
    for _ in range(150):
        total = rnd.choice([200, 1000, rnd.randint(1, 10**12)])
        yield rnd.randint(0, total), total


here = pathlib.Path(__file__).parent


def write(name, value):
    lines = ',\n'.join(json.dumps(item) for item in value)
    (here / name).write_text(f'[\n{lines}\n]\n')


write('textwrap.json', [wrapping() for _ in range(300)])
write('numerals.json', [{'value': v, 'threeDigits': '%.3g' % v} for v in numbers()])
write('percents.json', [{'part': p, 'total': t, 'percent': int('%.0f' % (p * 100.0 / t))} for p, t in percents()])

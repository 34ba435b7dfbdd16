import tomllib

from edge_interpreter.config.toml_lines import key_lines

TEXT = '''# a comment = 1
title = "a # b"
[server]  # [not]
host = 'x' # y
names = [ # first
  "a]", # ]
  "b",
]
"quoted.key".inner = 3
long = """
[fake]
x = 1
"""

[[rooms.open]]
name = "main"
[rooms.open.extra]
deep = 1
[[rooms.open]]
name = "two"
[calls]
routes = [{ number = "1*", a.b = 2 },
          { number = "2" }]
'''


def test_every_key_has_its_line() -> None:
    lines = key_lines(TEXT)
    expected = {
        ("title",): 2,
        ("server",): 3,
        ("server", "host"): 4,
        ("server", "names"): 5,
        ("server", "names", 0): 6,
        ("server", "names", 1): 7,
        ("server", "quoted.key", "inner"): 9,
        ("server", "long"): 10,
        ("rooms", "open", 0, "name"): 16,
        ("rooms", "open", 0, "extra", "deep"): 18,
        ("rooms", "open", 1): 19,
        ("rooms", "open", 1, "name"): 20,
        ("calls", "routes", 0, "number"): 22,
        ("calls", "routes", 0, "a", "b"): 22,
        ("calls", "routes", 1, "number"): 23,
    }
    assert {at: lines.get(at) for at in expected} == expected
    assert not [at for at in lines if "fake" in at]


def test_nothing_is_invented() -> None:
    tree = tomllib.loads(TEXT)
    for location in key_lines(TEXT):
        here = tree
        for step in location:
            here = here[step]  # type: ignore[index]

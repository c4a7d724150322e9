"""Where the old database is: a URL without a secret in it."""

import pytest

from frontdesk.adapters.mysql.table import Address, SourceError, parse_url


def test_a_url_says_where_and_as_whom() -> None:
    assert parse_url("mysql://reader@db.example:3307/shop") == Address("db.example", 3307, "reader", "shop")
    assert parse_url("mariadb://re%40der@localhost/shop?socket=/run/x.sock&ssl-ca=/ca.pem") == Address(
        "localhost", 3306, "re@der", "shop", "/run/x.sock", "/ca.pem"
    )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://reader:secret@db/shop", "password out"),
        ("postgres://reader@db/shop", "Write the URL as"),
        ("mysql://db/shop", "Write the URL as"),
        ("mysql://reader@db", "Write the URL as"),
        ("mysql://reader@db:port/shop", "cannot be read"),
        ("mysql://reader@db/shop?ssl=1", "these options"),
    ],
)
def test_a_url_that_is_not_one_is_told(url: str, told: str) -> None:
    with pytest.raises(SourceError, match=told) as refused:
        parse_url(url)

    assert "secret" not in str(refused.value)

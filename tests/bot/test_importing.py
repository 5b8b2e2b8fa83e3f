import io
from pathlib import Path
from typing import Any

import pytest

from bot.importing import BATCH, open_rows, run_import, to_identify
from bot.service import Service
from tests.bot.small import small_service, write_config

PEOPLE = "user_id,email,first_name,sandbox_id\n1,anna@example.com,Anna,a\n2,ben@example.com,Ben,b\n"


async def contact(service: Service, address: str) -> Any:
    return await service.store.find_contact("sandbox", address)


async def imported(folder: Path, port: int, content: str | bytes) -> int:
    file = folder / "contacts.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return await run_import(folder / "config.yaml", file)


async def test_contacts_are_taken_in_and_a_second_import_changes_nothing(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async with small_service(tmp_path, unused_tcp_port) as service:
        assert await imported(tmp_path, unused_tcp_port, PEOPLE) == 0
        assert capsys.readouterr().out == "2 contacts taken in\n"
        anna = await contact(service, "a")
        assert anna.keys == ("user:1",) and anna.attributes["first_name"] == "Anna"
        assert await imported(tmp_path, unused_tcp_port, PEOPLE) == 0
        assert (await service.store.counts())["contacts"] == 2
        assert (await service.store.counts())["events"] == 2


@pytest.mark.parametrize("delimiter", [";", "\t"])
async def test_a_file_out_of_a_european_excel_is_read(
    tmp_path: Path, unused_tcp_port: int, delimiter: str
) -> None:
    async with small_service(tmp_path, unused_tcp_port) as service:
        content = b"\xef\xbb\xbf" + PEOPLE.replace(",", delimiter).encode()
        assert await imported(tmp_path, unused_tcp_port, content) == 0
        assert (await contact(service, "b")).attributes["first_name"] == "Ben"


async def test_bad_rows_are_named_by_line_and_the_others_are_taken(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async with small_service(tmp_path, unused_tcp_port):
        rows = "3,not-an-address,X\n,empty@example.com,Y\n4,d@example.com,Z,too,many\n" + "\n"
        content = "user_id,email,sandbox_id\n1,a@example.com,a\n" + rows
        assert await imported(tmp_path, unused_tcp_port, content) == 1
        assert capsys.readouterr().out.splitlines() == [
            "1 contact taken in",
            "3 rows were left out:",
            "  line 3: email is not an address: 'not-an-address'",
            "  line 4: user_id is empty",
            "  line 5: it has more columns than the first row",
        ]


async def test_many_and_long_rows_go_in_batches_the_intake_takes(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async with small_service(tmp_path, unused_tcp_port) as service:
        count = BATCH + 7
        rows = "".join(f"{n},{'long ' * 600},{n}\n" for n in range(count))
        assert await imported(tmp_path, unused_tcp_port, "id,about,sandbox_id\n" + rows) == 0
        assert f"{count} contacts taken in" in capsys.readouterr().out
        assert (await service.store.counts())["contacts"] == count


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The first row must name the columns"),
        (b"name,email\nx,y\n", "It says: name, email"),
        (b"user_id\n\xff\xfe\n", "it is not UTF-8 text"),
        (b'user_id,email\n1,"never closed\n', "cannot be read"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path,
    unused_tcp_port: int,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    said: str,
) -> None:
    write_config(tmp_path, unused_tcp_port)
    assert await imported(tmp_path, unused_tcp_port, content) == 1
    out, err = capsys.readouterr()
    assert said in " ".join(err.split()) and "Traceback" not in out + err


async def test_without_a_service_it_says_so(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(tmp_path, unused_tcp_port)
    assert await imported(tmp_path, unused_tcp_port, PEOPLE) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "start it with `./afterword run`" in said and "run the import again" in said


async def test_a_wrong_config_or_file_is_said(
    tmp_path: Path, unused_tcp_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run_import(tmp_path / "config.yaml", tmp_path / "none.csv") == 1
    write_config(tmp_path, unused_tcp_port)
    assert await run_import(tmp_path / "config.yaml", tmp_path / "none.csv") == 1
    assert "No such file" in capsys.readouterr().err


def test_the_same_row_is_the_same_call_and_another_row_another() -> None:
    first = to_identify({"id": "1", "plan": "pro"}, "id")
    assert first == to_identify({"plan": " pro ", "id": "1 ", "empty": ""}, "id")
    second = to_identify({"id": "1", "plan": "free"}, "id")
    assert isinstance(first, dict) and isinstance(second, dict)
    assert first["messageId"] != second["messageId"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "x" * 256}, "id is over 255 characters"),
        ({"id": "1", "about": "x" * 40_000}, "it is over 32 KB"),
    ],
)
def test_what_the_intake_would_not_keep_is_left_out_here(row: Any, reason: str) -> None:
    assert to_identify(row, "id") == reason


def test_a_delimiter_inside_quotes_does_not_part_columns() -> None:
    rows = list(open_rows(io.StringIO('id,name\n1,"Smith; Anna; Maria"\n')))
    assert rows == [{"id": "1", "name": "Smith; Anna; Maria"}]


def test_another_name_of_the_same_person_is_no_trait() -> None:
    row: dict[str | None, Any] = {
        "user_id": "42",
        "anonymous_id": "listmonk:8f14e45f",
        "first_name": "Anna",
    }
    item = to_identify(row, "user_id")
    assert isinstance(item, dict)
    assert (item["userId"], item["anonymousId"]) == ("42", "listmonk:8f14e45f")
    assert item["traits"] == {"first_name": "Anna"}
    plain = to_identify({**row, "anonymous_id": " "}, "user_id")
    assert isinstance(plain, dict) and "anonymousId" not in plain
    assert plain["messageId"] != item["messageId"]
    assert isinstance(to_identify({**row, "anonymous_id": "x" * 1000}, "user_id"), str)


def test_columns_say_what_somebody_agreed_to_and_are_not_guessed() -> None:
    row: dict[str | None, Any] = {
        "id": "1",
        "consent.feedback": "Yes",
        "consent.sms": "0",
        "x": "y",
    }
    item = to_identify(row, "id")
    assert isinstance(item, dict)
    assert item["traits"] == {
        "x": "y",
        "consent": {
            "feedback": {"granted": True, "source": "file"},
            "sms": {"granted": False, "source": "file"},
        },
    }
    changed = to_identify({**row, "consent.sms": "yes"}, "id")
    assert isinstance(changed, dict) and changed["messageId"] != item["messageId"]
    said = to_identify({**row, "consent.sms": "perhaps"}, "id")
    assert said == "consent.sms must be yes or no, not 'perhaps'"

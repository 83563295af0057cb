"""What reaches which stream, in a terminal and outside of one."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Call

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PROGRAM = [sys.executable, "-m", "seedengine"]


def in_terminal(*arguments: str | Path, interrupt: bytes | None = None, **env: str) -> tuple[int, str]:
    """The exit code and everything that a terminal of 80 columns received; Ctrl-C once it shows `interrupt`."""
    near, far = pty.openpty()
    terminal = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(
        [*PROGRAM, *arguments], stdin=far, stdout=far, stderr=far, env={**os.environ, **terminal, **env}
    ) as process:
        os.close(far)
        seen = b""
        while True:
            if interrupt is not None and interrupt in seen:
                process.send_signal(signal.SIGINT)
                interrupt = None
            if select.select([near], [], [], 0.05)[0]:
                try:
                    chunk = os.read(near, 65536)
                except OSError:  # Linux says that the other side is closed by an error
                    break
                if not chunk:
                    break
                seen += chunk
        os.close(near)
        code = process.wait(timeout=30)
    return code, seen.decode()


def test_colour_only_in_a_terminal(shop: Path, execute: Call) -> None:
    assert "\x1b[" in in_terminal("apply", shop)[1]
    outcome = execute("apply", shop, TERM="xterm-256color")
    assert "\x1b" not in outcome.out + outcome.err


def test_no_color_is_respected(shop: Path) -> None:
    _, seen = in_terminal("apply", shop, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", seen)


def test_lines_end_without_blanks(shop: Path, execute: Call) -> None:
    for arguments in (["apply", shop], ["plan", shop]):
        assert not re.search(r" +$", execute(*arguments).out, re.MULTILINE)


def test_results_are_as_wide_as_they_are_outside_of_a_terminal(shop: Path, execute: Call) -> None:
    name = "a_very_long_name_of_a_table_that_no_narrow_terminal_could_ever_show"
    shop.write_text(shop.read_text().replace("  purchase:", f"  {name[:63]}:"))
    for arguments in (["apply", shop], ["plan", shop]):
        assert name[:63] in execute(*arguments, COLUMNS="40").out


@pytest.mark.parametrize("text", ["[bold red]x[/]", ":smile:", "a\\x1b[31mb", "a\\rb", "a\\u202eb", "a\\x07b"])
def test_text_of_a_spec_is_shown_plain(shop: Path, call: Call, text: str) -> None:
    shop.write_text(shop.read_text().replace("  purchase:", f'  "{text}":'))
    outcome = call("plan", shop)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", outcome.out + outcome.err)
    if "\\" not in text:
        assert text in outcome.out + outcome.err


def test_json_stands_alone_on_stdout(shop: Path) -> None:
    _, seen = in_terminal("apply", shop, "--format", "json")
    assert ESCAPE.sub("", seen).strip().startswith("{")


def test_a_closed_pipe_is_no_fault(shop: Path) -> None:
    for command in ("schema", f"plan {shop}", f"apply {shop}"):
        done = subprocess.run(
            f"{sys.executable} -m seedengine {command} | true; echo ${{PIPESTATUS[0]}}",
            shell=True,
            executable="/bin/bash",
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        assert done.stdout.strip() in ("0", "141")


def test_closed_streams_are_no_fault(shop: Path) -> None:
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        command = f"{sys.executable} -m seedengine apply {shop} {closed}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*PROGRAM, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: no space left on device\n")


def test_streams_that_cannot_show_every_character(shop: Path, execute: Call) -> None:
    shop.write_text(shop.read_text().replace("  purchase:", '  "جدول":'))
    outcome = execute("plan", shop, PYTHONIOENCODING="ascii")
    assert outcome.code in (0, 2)
    assert "Traceback" not in outcome.err


LONG = """\
seedspec: 1
name: long
as_of: 2026-01-01T00:00:00Z
entities:
  item:
    count: 20000000
    fields:
      id: {uuid: {}}
      label: {template: "{row}-{id}"}
"""


def test_progress_is_shown_while_work_is_long_and_ctrl_c_changes_nothing(folder: Path) -> None:
    (folder / "long.yaml").write_text(LONG)
    code, seen = in_terminal("apply", "long.yaml", interrupt=b"/20000000")
    plain = ESCAPE.sub("", seen)
    assert "/20000000" in plain
    assert code == 130
    assert plain.rstrip().endswith("interrupted: nothing was changed")
    assert "Traceback" not in plain
    assert not (folder / "long.db").exists() or (folder / "long.db").stat().st_size == 0

"""Serving: a socket on this machine, and links for the people who may come in."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

from llm_grader.audit.team import TeamMember
from llm_grader.audit.web.office import Office
from llm_grader.errors import UsageError

LOCAL_HOSTS = ("127.0.0.1", "localhost")


def serve(
    office: Office,
    served: Sequence[TeamMember],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_hosts: Sequence[str] = (),
    announce: Callable[[TeamMember, str], None],
) -> None:
    """Serve an office until the process is stopped.

    Args:
        office: what is served.
        served: who gets a link.
        host: address to listen on.
        port: to listen on; 0 is any free one.
        allow_hosts: names, as people write them in addresses, by which this machine may be called beside `localhost`.
        announce: called with each person and their link.

    Raises:
        UsageError: others are to be let in and no name is allowed, the port is taken, or the extra `audit` is missing.
    """
    if host not in LOCAL_HOSTS and not allow_hosts:
        raise UsageError(
            f"--host {host} lets other machines in: say with --allow-host by which name they call this one"
        )
    try:
        import uvicorn

        from llm_grader.audit.web.app import make_app
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing: pip install 'llm-grader[audit]'") from error
    with listen(host, port) as listening:
        number = listening.getsockname()[1]
        hosts = [f"{name}:{number}" for name in (*LOCAL_HOSTS, *allow_hosts)]
        shown = allow_hosts[0] if allow_hosts else "127.0.0.1"
        for person in served:
            announce(person, f"http://{shown}:{number}/join#{office.logins.token(person.name)}")
        config = uvicorn.Config(
            make_app(office, hosts),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
        )
        uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        UsageError: it cannot, such as on a port that another process has.
    """
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port} ({error.strerror}): choose another --port") from error

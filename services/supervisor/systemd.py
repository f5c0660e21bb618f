"""A systemd unit for ``signalbox up`` on bare metal.

Knows: systemd.exec(5)'s hardening options that this system tolerates. Does not know: how a unit is installed. The
service needs no privilege; its state and its models are all that it writes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from services.supervisor.options import DEFAULT_CONFIG, Options

TEMPLATE = """\
# signalbox up --print-systemd | sudo tee /etc/systemd/system/signalbox.service
# sudo useradd --system --home-dir {state} --shell /usr/sbin/nologin signalbox   (once; it owns the folders below)
# sudo install -d -o signalbox -g signalbox -m 700 {state}
# sudo systemctl daemon-reload && sudo systemctl enable --now signalbox
[Unit]
Description=Signalbox AI gateway
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
User=signalbox
Group=signalbox
WorkingDirectory={folder}
# Provider keys and servers of your own (DATABASE_URL, REDIS_URL, OPENAI_API_KEY, ...), mode 0600, owned by root:
EnvironmentFile=-/etc/signalbox/environment
ExecStart={command}
Restart=on-failure
RestartSec=2
# A broken configuration does not mend itself.
RestartPreventExitStatus=2
TimeoutStartSec=330
TimeoutStopSec=60
# Only the supervisor is asked to stop; it ends its parts in their order. What is left after that is killed.
KillMode=mixed
LimitNOFILE=65536
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={home}
ReadWritePaths={writable}
PrivateTmp=yes
{devices}ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# Not MemoryDenyWriteExecute: Node compiles JavaScript while it runs.

[Install]
WantedBy=multi-user.target
"""


def unit(options: Options, models: Path | None, *, gpu: bool) -> str:
    """The unit's text for these options. ``models``: the folder of ``*.gguf``, where there is one. ``gpu``: the parts
    need the machine's devices."""
    config = (options.config or Path(DEFAULT_CONFIG)).absolute()
    state = options.state.root
    words = [str(Path(sys.executable).with_name("signalbox")), "up", "--config", str(config), "--state", str(state)]
    words += ["--host", options.host, "--port", str(options.port), "--workers", str(options.workers)]
    if options.tls:
        words += ["--tls-cert", str(options.tls[0]), "--tls-key", str(options.tls[1])]
    if options.only:
        words += ["--only", ",".join(sorted(options.only))]
    used = [Path(sys.prefix), Path(sys.base_prefix), config.parent, state, *([models] if models else [])]
    at_home = any(str(p.resolve()).startswith(("/home/", "/root/")) for p in used)
    return TEMPLATE.format(
        state=_quoted(str(state)),
        folder=str(config.parent).replace("%", "%%"),
        command=" ".join(_quoted(word).replace("$", "$$") for word in words),
        home="read-only" if at_home else "yes",
        # "-": a folder that is not there yet is no reason not to start
        writable=" ".join([_quoted(str(state)), *([_quoted(f"-{models}")] if models else [])]),
        devices="" if gpu else "PrivateDevices=yes\n",
    )


def _quoted(word: str) -> str:
    """One word as systemd.service(5) reads it: % starts a specifier, blanks need quotes."""
    plain = word.replace("\\", "\\\\").replace("%", "%%").replace('"', '\\"')
    return f'"{plain}"' if any(c.isspace() or c in "\"'\\" for c in word) else plain

"""Whether a deployment that calls itself local is: on this machine, on a private network, or where operations say so.

Knows: addresses, names that no public host has, which providers of LiteLLM are on this machine where no address is
given. Does not know: name servers: a name of a public form counts as public until ``gateway.boundary.local_hosts``
names it. A deployment without an address of its own is its provider's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

AT_HOME = frozenset(
    {"ollama", "ollama_chat", "llamafile", "lm_studio", "hosted_vllm", "vllm", "xinference", "docker_model_runner"}
)
"""Providers whose default address is this machine, or that have none."""

_PRIVATE_ENDINGS = (
    ".local",
    ".localhost",
    ".localdomain",
    ".internal",
    ".lan",
    ".home.arpa",
    ".intranet",
    ".corp",
    ".home",
)
_SHARED = ipaddress.ip_network("100.64.0.0/10")


def is_near(entry: Mapping[str, Any], local_hosts: Collection[str]) -> bool:
    """Whether requests to this ``model_list`` entry stay here. What an address in the environment says is not known:
    then ``local_hosts`` must hold it as written (``os.environ/NAME``)."""
    params = entry.get("litellm_params")
    params = params if isinstance(params, Mapping) else {}
    base = params.get("api_base") or params.get("base_url")
    if base is None:
        return _provider(params) in AT_HOME
    if not isinstance(base, str) or base in local_hosts:
        return isinstance(base, str)
    try:
        host = (urlsplit(base).hostname or "").lower().rstrip(".")
    except ValueError:
        return False
    return is_private(host) or _named(host, local_hosts)


def is_private(host: str) -> bool:
    """Whether no public host has this name or address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_PRIVATE_ENDINGS)) and not host.isdigit()
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    shared = isinstance(address, ipaddress.IPv4Address) and address in _SHARED
    return address.is_loopback or address.is_private or address.is_link_local or shared


def _named(host: str, local_hosts: Collection[str]) -> bool:
    return any(host == name.lower() or (name.startswith(".") and host.endswith(name.lower())) for name in local_hosts)


def _provider(params: Mapping[str, Any]) -> str:
    said = params.get("custom_llm_provider")
    return said if isinstance(said, str) and said else str(params.get("model", "")).partition("/")[0]

"""What ``litellm_settings.callbacks`` names: ``plugins.litellm_hooks.signalbox``.

Imports only: LiteLLM may execute this file by its path, a second time and outside ``sys.modules``, and every
reference must still be the same object.
"""

from plugins.litellm_adapter.hooks import signalbox

__all__ = ["signalbox"]

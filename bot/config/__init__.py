"""Configuration: config.yaml, read into values or into faults that say what to write instead.

`load_config` is for whoever runs the service, `read_config` for whoever shows faults and advice.
"""

from bot.config.faults import ConfigError, Fault
from bot.config.languages import load_languages
from bot.config.load import Reading, load_config, read_config
from bot.config.model import ChannelConfig, Config, Registered, Registry, Service
from bot.config.schema import write_schema

__all__ = [
    "ChannelConfig",
    "Config",
    "ConfigError",
    "Fault",
    "Reading",
    "Registered",
    "Registry",
    "Service",
    "load_config",
    "load_languages",
    "read_config",
    "write_schema",
]

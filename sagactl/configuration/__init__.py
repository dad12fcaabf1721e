"""What a repository has decided for all its calls: `[tool.sagactl]` of pyproject.toml, or sagactl.toml."""

from sagactl.configuration.reading import Configuration, configuration
from sagactl.configuration.settings import FAIL_ON, SETTINGS

__all__ = ["FAIL_ON", "SETTINGS", "Configuration", "configuration"]

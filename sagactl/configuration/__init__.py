"""What a repository has decided for all its calls: `[tool.sagactl]` of pyproject.toml, or sagactl.toml."""

from sagactl.configuration.reading import FAIL_ON, Configuration, configuration

__all__ = ["FAIL_ON", "Configuration", "configuration"]

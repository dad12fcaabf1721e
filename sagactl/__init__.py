"""sagactl lints, recommends, draws and rehearses sagas that are declared in YAML."""

__version__ = "0.1.0"

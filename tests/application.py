"""What tests ask of a running application: `from application import services_of`."""

from flask import Flask

from web.services import Services


def services_of(app: Flask) -> Services:
    """Return what an application shares between its requests."""
    services: Services = app.extensions["policy-themes"]
    return services

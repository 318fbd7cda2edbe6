# Gajim takes the first name here for the plugin: there may be no other.
from .orders import OrdersPlugin  # noqa: F401

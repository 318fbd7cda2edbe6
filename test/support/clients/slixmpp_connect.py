"""How the scripts beside this file reach their server, with either generation of slixmpp."""
import inspect


def connect(client, host, port):
    """STARTTLS at that address. What slixmpp takes is read from it: 1.8 the address as one, newer ones host and port apart."""
    client.enable_direct_tls = False  # newer ones would first try TLS at once, which this port does not speak
    if "address" in inspect.signature(client.connect).parameters:
        client.connect(address=(host, int(port)))
    else:
        client.connect(host, int(port))

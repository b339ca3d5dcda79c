"""What a kubelet does unasked."""

from __future__ import annotations


def service_links(service: str, host: str, port: int, name: str) -> dict[str, str]:
    """The variables that a kubelet injects for a Service with one named port, in every pod of its namespace."""
    prefix = service.upper().replace("-", "_")
    address = f"tcp://{host}:{port}"
    return {
        f"{prefix}_SERVICE_HOST": host,
        f"{prefix}_SERVICE_PORT": str(port),
        f"{prefix}_SERVICE_PORT_{name.upper()}": str(port),
        f"{prefix}_PORT": address,
        f"{prefix}_PORT_{port}_TCP": address,
        f"{prefix}_PORT_{port}_TCP_PROTO": "tcp",
        f"{prefix}_PORT_{port}_TCP_PORT": str(port),
        f"{prefix}_PORT_{port}_TCP_ADDR": host,
    }

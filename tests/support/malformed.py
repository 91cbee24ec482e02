#!/usr/bin/env python3
"""Sends bytes that are no message to a method, without a gRPC library: malformed.py HOST:PORT CA CERTIFICATE KEY PATH.

Prints nothing; exits 0 when the server answered with a grpc-status. HTTP/2 framing by RFC 9113, headers as literals of
RFC 7541 6.2.2."""
import socket
import ssl
import struct
import sys


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def main():
    address, ca, certificate, key, path = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    headers = b"".join(literal(name, value) for name, value in (
        (b":method", b"POST"), (b":scheme", b"https"), (b":path", path.encode()), (b":authority", b"localhost"),
        (b"content-type", b"application/grpc"), (b"te", b"trailers")))
    body = b"\0" + struct.pack(">I", 3) + b"\xff\xff\xff"
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            tls.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(1, 4, 1, headers)
                        + frame(0, 1, 1, body))
            answer = b""
            while b"grpc-status" not in answer:
                data = tls.recv(65536)
                if not data:
                    return 1
                answer += data
    return 0


sys.exit(main())

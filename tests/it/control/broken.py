"""Prints how clients of the standard library report incomplete answers.

Arguments: host, port, CA file."""

import http.client
import ssl
import sys

host, port, ca = sys.argv[1], int(sys.argv[2]), sys.argv[3]
PATH = "/?Action=ListKeys&Version=2016-01-20&AccessKeyId=testid"


def outcome(connection, fault):
    """The class of the error that a request with this fault causes."""
    try:
        connection.request("GET", PATH, headers={"x-kmsim-fault": fault})
        connection.getresponse().read()
    except ConnectionResetError:
        # Under TLS it is the subclass RemoteDisconnected, because the module ssl reports the reset
        # as an end of file.
        return "a reset"
    except http.client.HTTPException as error:
        return type(error).__name__
    finally:
        connection.close()
    return "an answer"


context = ssl.create_default_context(cafile=ca)
for name, connect in [
    ("http", lambda: http.client.HTTPConnection(host, port, timeout=60)),
    ("https", lambda: http.client.HTTPSConnection(host, port, timeout=60, context=context)),
]:
    for fault in ["latency=1ms", "reset", "reset;after", "truncate"]:
        print(name, fault, outcome(connect(), fault))

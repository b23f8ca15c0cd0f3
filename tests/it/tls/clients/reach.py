"""Requests each URL of the command line by the standard library, and prints the answers."""

import sys
import urllib.request

for url in sys.argv[1:]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        print(answer.read().decode())

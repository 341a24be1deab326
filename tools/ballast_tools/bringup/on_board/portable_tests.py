"""Runs one file of portable tests on the board."""

import io
import sys

from common import mount_application, value


def main(params):
    mount_application()
    sys.path.insert(0, "/bringup")
    failed = []
    passed = 0
    module = __import__(params["module"])
    for name in params["tests"]:
        print(name)  # a sign of life: one test may take minutes on a chip
        try:
            getattr(module, name)()
            passed += 1
        except Exception as error:  # noqa: BLE001 - it is the test's result
            text = io.StringIO()
            sys.print_exception(error, text)
            failed.append([name, text.getvalue()[-600:]])
    value("tests", [params["label"], passed, failed])

"""`bridge ledger ...`: are the books right?"""

from bridge.cli.call import group

app = group("ledger", "The books.")

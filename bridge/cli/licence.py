"""`bridge licence ...`: licences, and what extensions in the field need for them."""

from bridge.cli import licence_keys
from bridge.cli.call import group

app = group("licence", "Licences, and what extensions in the field need for them.")
app.add_typer(licence_keys.app)
licence_keys.register(app)

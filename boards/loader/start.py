# Entry of an application image: the loader imports it, and it does not return.
from ballast.compose import chip
from main import App

chip.run(App)

"""One bench each: `ballast bench NAME` is NAME.py here, with add_arguments(parser) and main(args)."""

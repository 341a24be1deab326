"""What a charger is sold as: its board, brand and market, read from boards/ and checked."""

"""The world: its calendar, luck, rule book and markets, and what happens between actors."""

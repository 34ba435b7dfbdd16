"""Where records are kept: SQLite files of one box, or one PostgreSQL for several."""

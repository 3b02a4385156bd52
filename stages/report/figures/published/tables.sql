-- Rows of the study's own table, as printed.
SELECT "row", "column", "value", unit FROM published_tables WHERE "table" = getvariable('published') ORDER BY row_number() OVER ()

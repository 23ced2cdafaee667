"""PDF to text: pages, words, lines, tables, blocks, and one text whose every character leads to a box."""

"""What an organization knows, and what it answers a question with: verbatim, with its source.

`reading` turns a file into entries, `service` keeps and searches them. A search asks the full-text
`index` for candidates and `ranking` for how far they can be trusted; no model and no network.
"""

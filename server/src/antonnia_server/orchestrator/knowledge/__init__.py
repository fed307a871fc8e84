"""What an organization knows, and what it answers a question with: verbatim, with its source.

`reading` turns a file into entries, `service` keeps and searches them. A search asks the full-text
`index` for candidates, `ranking` for their order, `calibration` for how sure the best of them is,
and `verdict` for what follows from that; no model and no network.
"""

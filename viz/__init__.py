"""The live view: a Solara application over worlds and stored studies."""

"""The live view: a Solara application over the world, the policies and stored studies."""
